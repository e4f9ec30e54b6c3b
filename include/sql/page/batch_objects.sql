-- The objects of batches, and what the ledger has of each of them.
with

batches as (
    select
        manifests.landing_zone,
        manifests.objects
    from meta.manifests
    where manifests.batch = any(%(batches)s::bigint[])
),

given as (
    select
        batches.landing_zone,
        listed.object ->> 0 as object_key,
        listed.object ->> 1 as etag,
        (listed.object ->> 2)::bigint as size_bytes,
        (listed.object ->> 3)::timestamptz as landed_at
    from batches
    cross join lateral json_array_elements(batches.objects) as listed (object)
),

judged as (
    select
        given.*,
        last_row.status,
        last_row.rows_loaded,
        last_row.rows_rejected,
        last_row.error
    from given
    left join lateral (
        select
            loads.status,
            loads.rows_loaded,
            loads.rows_rejected,
            loads.error
        from raw.loads
        where
            loads.landing_zone = given.landing_zone
            and loads.object_key = given.object_key
            and loads.etag = given.etag
        order by loads.load_id desc
        limit 1
    ) as last_row on true
)

select
    judged.*,
    count(*) over () as in_all
from judged
order by judged.landing_zone asc, judged.object_key collate "C" asc
limit %(limit)s;
