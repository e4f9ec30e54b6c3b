-- Records that a run has gone on with the rest of the last listing of a landing zone: its counts, and what waits now.
insert into meta.listings (
    dag_run_id, landing_zone, objects, new_objects, unrecognised, examples, notes, objects_waiting, bytes_waiting,
    listed_in_full_at
)
select
    %(dag_run_id)s,
    listings.landing_zone,
    listings.objects,
    %(new_objects)s,
    listings.unrecognised,
    listings.examples,
    listings.notes,
    %(objects_waiting)s,
    %(bytes_waiting)s,
    listings.listed_in_full_at
from meta.listings
where listings.landing_zone = %(landing_zone)s
order by listings.listed_at desc
limit 1
on conflict (dag_run_id, landing_zone) do update
set
    listed_at = excluded.listed_at,
    new_objects = excluded.new_objects,
    objects_waiting = excluded.objects_waiting,
    bytes_waiting = excluded.bytes_waiting;
