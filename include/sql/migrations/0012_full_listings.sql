-- Listings of earlier projects do not say whether they were made in full: the next audit lists.
alter table if exists meta.listings
add column if not exists listed_in_full_at timestamptz;
