set local role cerebro_transformer;

create or replace view operations.built_tables as
select
    tables.model,
    tables.rules,
    tables.keys,
    tables.position,
    tables.loaded_at is null or exists (
        select from raw.loads
        where loads.position = tables.position and loads.loaded_at = tables.loaded_at
    ) as is_of_this_history,
    tables.rebuilt_at,
    tables.seconds,
    tables.row_count
from meta.tables;

comment on view operations.built_tables is
    'One row per table that dbt keeps from run to run: which rules made it, and what it took to build it again the '
    'last time. The page Cerebro and `make plan` compare the rules with those of the project.';
comment on column operations.built_tables.model is 'The name of the model.';
comment on column operations.built_tables.rules is
    'The version of the rules that made its rows; empty if a run that was to build it again has not finished.';
comment on column operations.built_tables.keys is 'The version of its types, keys, constraints and indexes.';
comment on column operations.built_tables.position is 'The position of the last load up to which it is complete.';
comment on column operations.built_tables.is_of_this_history is
    'Whether the load at this position still is the same; not if raw was rebuilt or restored.';
comment on column operations.built_tables.rebuilt_at is 'When it was last built from the start.';
comment on column operations.built_tables.seconds is 'How many seconds that took.';
comment on column operations.built_tables.row_count is 'How many rows it had then, as PostgreSQL estimates.';

reset role;
