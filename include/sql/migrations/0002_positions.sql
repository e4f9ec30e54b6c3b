-- The loads of 0.1.0 have no positions. They get them in the order in which they lie in the table, which is that of
-- their commits: loads are only ever added.
create sequence if not exists raw.load_positions;
alter table if exists raw.loads
add column if not exists position bigint not null default nextval('raw.load_positions');
