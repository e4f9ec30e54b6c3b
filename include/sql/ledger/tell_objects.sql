-- Tells of objects of a landing zone. What was told before counts as told now: it may be another version.
insert into meta.told_objects (landing_zone, object_key)
select
    %(landing_zone)s,
    told.object_key
from unnest(%(object_keys)s::text[]) as told (object_key)
-- In one order, so that two watchers do not wait for each other.
order by told.object_key collate "C"
on conflict (landing_zone, object_key) do update
set told_at = excluded.told_at, due_at = excluded.due_at;
