-- The loads of this transaction whose bytes another load holds, which was committed since this one looked.
with own as (
    select
        loads.load_id,
        loads.landing_zone,
        loads.dataset,
        loads.object_key,
        loads.etag,
        loads.size_bytes
    from raw.loads
    where
        loads.load_id = any(%(load_ids)s)
        and loads.etag ~ '^[0-9a-f]{32}(-[0-9]+)?$'
        and loads.size_bytes > 0
)

select own.object_key
from own
inner join raw.loads as twins
    on
        own.etag = twins.etag
        and own.size_bytes = twins.size_bytes
        and own.landing_zone = twins.landing_zone
        and own.dataset = twins.dataset
        and own.load_id <> twins.load_id
where
    twins.status = 'loaded'
    and not exists (
        select from raw.loads as successors
        where successors.supersedes = twins.load_id
    );
