set local role cerebro_transformer;

create or replace view operations.landing_zones as
with last_run as (
    select listings.dag_run_id
    from meta.listings
    order by listings.listed_at desc
    limit 1
)

select
    listings.landing_zone,
    listings.listed_at,
    listings.objects,
    listings.new_objects,
    listings.unrecognised,
    listings.examples,
    listings.notes,
    listings.error,
    listings.dag_run_id,
    listings.objects_waiting,
    listings.bytes_waiting
from meta.listings
inner join last_run on listings.dag_run_id = last_run.dag_run_id;

comment on view operations.landing_zones is
    'One row per landing zone, with what the last run found there: how many objects belong to a dataset, and how '
    'many to none.';
comment on column operations.landing_zones.landing_zone is 'The name of the landing zone.';
comment on column operations.landing_zones.listed_at is 'When the landing zone was listed.';
comment on column operations.landing_zones.objects is 'The number of objects that belong to a dataset.';
comment on column operations.landing_zones.new_objects is 'The number of those that the run had to load.';
comment on column operations.landing_zones.unrecognised is
    'The number of objects that belong to no dataset, and are not loaded.';
comment on column operations.landing_zones.examples is 'The keys of some of them.';
comment on column operations.landing_zones.notes is 'What to deliver instead, for example of a table format.';
comment on column operations.landing_zones.error is 'Why the landing zone could not be listed; else null.';
comment on column operations.landing_zones.dag_run_id is 'The id of the run.';
comment on column operations.landing_zones.objects_waiting is
    'The number of new objects that the run left to the next one.';
comment on column operations.landing_zones.bytes_waiting is 'Their bytes.';

reset role;
