-- The last listing of a landing zone, repeated by the runs that went on with what it left.
select
    listings.objects,
    listings.notes,
    listings.error,
    listings.objects_waiting,
    -- A daily schedule starts some minutes earlier or later.
    coalesce(listings.listed_in_full_at > clock_timestamp() - interval '23 hours', false) as is_of_today
from meta.listings
where listings.landing_zone = %(landing_zone)s
order by listings.listed_at desc
limit 1;
