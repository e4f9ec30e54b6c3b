-- The last listing of a landing zone, repeated by the runs that went on with what it left.
select
    listings.objects,
    listings.notes,
    listings.error,
    listings.objects_waiting
from meta.listings
where listings.landing_zone = %(landing_zone)s
order by listings.listed_at desc
limit 1;
