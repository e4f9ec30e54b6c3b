-- Removes what waits in a landing zone: a listing finds it again.
delete from meta.waiting
where landing_zone = %(landing_zone)s;
