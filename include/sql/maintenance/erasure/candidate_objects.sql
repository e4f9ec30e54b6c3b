-- The objects of a landing zone that held the hero: those whose loads lost rows, their duplicates, and, without an
-- ETag, those whose rejected rows did.
with erased as (
    select erased_rows.load_id
    from raw.erased_rows
    where erased_rows.erasure_id = %(erasure_id)s
),

-- A CTE that is read twice would be materialized: all loads of history.
loads as not materialized (
    select *
    from raw.loads
    where loads.landing_zone = %(landing_zone)s
)

select
    loads.object_key,
    loads.etag
from erased
inner join loads on erased.load_id = loads.load_id
union
select
    loads.object_key,
    loads.etag
from erased
inner join loads on erased.load_id = loads.duplicate_of
union
select
    erasure_objects.object_key,
    null as etag
from meta.erasure_objects
where erasure_objects.erasure_id = %(erasure_id)s and erasure_objects.landing_zone = %(landing_zone)s;
