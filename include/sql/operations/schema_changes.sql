set local role cerebro_transformer;

create or replace view operations.schema_changes as
select
    noted_at,
    landing_zone,
    dataset,
    column_name,
    change,
    column_type,
    object_key,
    dag_run_id
from raw.schema_changes
where change <> 'first';

comment on view operations.schema_changes is
    'One row per change of a dataset''s columns in a landing zone: a column that is new, gone or of another type, '
    'noted once with the first object that has it.';
comment on column operations.schema_changes.noted_at is 'When the object was loaded.';
comment on column operations.schema_changes.landing_zone is 'The name of the landing zone.';
comment on column operations.schema_changes.dataset is 'The dataset: heroes, missions or biometrics.';
comment on column operations.schema_changes.column_name is 'The name of the column, as delivered.';
comment on column operations.schema_changes.change is 'The change: new, gone or type.';
comment on column operations.schema_changes.column_type is
    'The type that the column has now, in DuckDB''s words; empty where it is gone or unknown.';
comment on column operations.schema_changes.object_key is 'The key of the object in the landing zone.';
comment on column operations.schema_changes.dag_run_id is 'The id of the run.';

reset role;
