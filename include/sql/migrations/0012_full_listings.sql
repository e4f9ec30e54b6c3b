-- Listings of earlier projects do not say whether they were made in full: the next audit lists. Nor do they count what
-- no watcher told of.
alter table if exists meta.listings
add column if not exists listed_in_full_at timestamptz,
add column if not exists objects_untold bigint not null default 0;
