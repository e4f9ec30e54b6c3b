-- The ledger of 0.1.0 knows one landing zone and no duplicates.
alter table if exists raw.loads
add column if not exists landing_zone text not null default 'cerebro',
add column if not exists landed_at timestamptz,
add column if not exists rules_version text,
add column if not exists duplicate_of bigint references raw.loads (load_id),
add column if not exists resolved_at timestamptz,
drop constraint if exists loads_status_check,
add constraint loads_status_check check (
    status in ('loaded', 'failed', 'duplicate') and (status <> 'duplicate' or duplicate_of is not null)
);
drop index if exists raw.loads_one_successor;
drop index if exists raw.loads_one_failure;
