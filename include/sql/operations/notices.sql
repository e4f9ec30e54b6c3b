set local role cerebro_transformer;

create or replace view operations.notices as
with all_notices as (
    select
        load_id,
        column_name,
        reason,
        rows,
        kept_as
    from raw.notices

    union all

    select
        load_id,
        measure as column_name,
        'not_understood' as reason,
        readings as rows,
        null as kept_as
    from raw.invalid_measures
)

select
    loads.load_id,
    loads.loaded_at,
    loads.landing_zone,
    loads.dataset,
    loads.object_key,
    all_notices.column_name,
    all_notices.reason,
    all_notices.rows,
    all_notices.kept_as
from all_notices
inner join raw.loads on all_notices.load_id = loads.load_id
where
    loads.status = 'loaded'
    and not exists (
        select from raw.loads as successors
        where successors.supersedes = loads.load_id
    );

comment on view operations.notices is
    'One row per current load, column and reason: the rows whose value was cut, folded, ignored or not understood. '
    'Everything that was not taken as it came is here or in the quarantine.';
comment on column operations.notices.load_id is 'The id of the load.';
comment on column operations.notices.loaded_at is 'When the object was loaded.';
comment on column operations.notices.landing_zone is 'The name of the landing zone.';
comment on column operations.notices.dataset is 'The dataset: heroes, missions or biometrics.';
comment on column operations.notices.object_key is 'The key of the object in the landing zone.';
comment on column operations.notices.column_name is 'The name of the column or field.';
comment on column operations.notices.reason is
    'What became of the values: not_understood, cut, folded, left_out, ignored_column or rescued_column.';
comment on column operations.notices.rows is 'The number of accepted rows with such a value.';
comment on column operations.notices.kept_as is
    'The object in the quarantine that holds the values of a rescued column.';

reset role;
