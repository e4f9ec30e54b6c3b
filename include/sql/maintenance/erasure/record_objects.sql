-- Notes objects that hold the hero.
insert into meta.erasure_objects (erasure_id, landing_zone, object_key)
select
    %(erasure_id)s,
    %(landing_zone)s,
    keys.key
from unnest(%(object_keys)s::text[]) as keys (key)
on conflict do nothing;
