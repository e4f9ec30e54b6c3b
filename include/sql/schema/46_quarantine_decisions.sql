-- What people decided about rejected rows. A release belongs to the load in which the rows are in force, a discard to
-- the load that they are rejected of: both have load_id, so that raw.copy_load takes them along. Discarded rows stay
-- rejected and counted.
create table if not exists raw.quarantine_decisions (
    load_id bigint not null references raw.loads (load_id),
    reason text not null,
    action text not null check (action in ('release', 'discard')),
    rows bigint not null check (rows > 0),
    -- What was changed before the rows were judged again, by name; empty if nothing was.
    corrections jsonb not null,
    decided_by text not null,
    why text not null,
    dag_run_id text not null,
    decided_at timestamptz not null default clock_timestamp(),
    primary key (load_id, reason, action, dag_run_id)
);
grant select, insert on raw.quarantine_decisions to cerebro_loader;
grant select on raw.quarantine_decisions to cerebro_transformer;
