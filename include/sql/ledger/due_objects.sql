-- The keys of a landing zone that a run is to look at, those told of first in front.
select told_objects.object_key
from meta.told_objects
where told_objects.landing_zone = %(landing_zone)s and told_objects.due_at <= %(until)s
order by told_objects.told_at, told_objects.object_key
limit %(most)s;
