-- One row per action of an operator: who asked for it, when, why, with what, and what came of it. A dry run leaves its
-- row, too. An action is a run of its DAG; a retry goes on with the same row.
create table if not exists meta.maintenance_actions (
    action text not null check (action in ('reprocess', 'release', 'discard', 'erase', 'retain')),
    dag_run_id text not null,
    requested_by text not null,
    reason text not null,
    parameters json not null,
    is_dry_run boolean not null,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    -- Counts by name, once it is finished.
    outcome json,
    primary key (action, dag_run_id)
);
grant select, insert, update on meta.maintenance_actions to cerebro_loader;
grant select on meta.maintenance_actions to cerebro_transformer;
