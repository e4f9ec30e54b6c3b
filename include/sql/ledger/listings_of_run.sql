-- What a run found in each landing zone.
select
    listings.landing_zone,
    listings.unrecognised,
    listings.examples,
    listings.notes,
    listings.error,
    listings.objects_waiting,
    listings.bytes_waiting
from meta.listings
where listings.dag_run_id = %(dag_run_id)s
order by listings.landing_zone;
