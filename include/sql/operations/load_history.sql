set local role cerebro_transformer;

create or replace view operations.load_history as
with

successors as (
    select supersedes from raw.loads
    where supersedes is not null
),

-- A landing zone that was removed from the configuration has no broken objects any more: nobody looks for them.
last_zones as (
    select listings.landing_zone
    from meta.listings
    where
        listings.dag_run_id = (
            select last_listings.dag_run_id
            from meta.listings as last_listings
            order by last_listings.listed_at desc
            limit 1
        )
)

select
    loads.load_id,
    loads.loaded_at,
    loads.landing_zone,
    loads.dataset,
    loads.object_key,
    loads.etag,
    loads.size_bytes,
    loads.landed_at,
    loads.status,
    loads.error,
    -- The same rule as in raw.current_loads, whose join takes four times as long.
    case loads.status
        when 'failed' then loads.resolved_at is null and (
            loads.landing_zone in (select last_zones.landing_zone from last_zones)
            or not exists (select from last_zones)
        )
        else successors.supersedes is null
    end as is_current,
    loads.rows_in,
    loads.rows_loaded,
    loads.rows_rejected,
    -- Subqueries cost nothing where a query does not select their columns.
    (
        select jsonb_object_agg(rejections.reason, rejections.rows)
        from raw.rejections
        where rejections.load_id = loads.load_id
    ) as rejection_reasons,
    (
        select max(rejections.quarantine_key)
        from raw.rejections
        where rejections.load_id = loads.load_id
    ) as quarantine_key,
    loads.duplicate_of,
    loads.dag_run_id
from raw.loads
-- At most one successor: the loads of an object form a chain.
left join successors on loads.load_id = successors.supersedes;

comment on view operations.load_history is
    'One row per object version ever ingested: its row counts, its error, and where its rejected rows are '
    'quarantined. It shows the ledger to analysts and to the page Cerebro. A rebuilt warehouse has other load ids '
    'and times.';
comment on column operations.load_history.load_id is 'The id of the load (raw.loads).';
comment on column operations.load_history.loaded_at is 'When the object was loaded, or last tried.';
comment on column operations.load_history.landing_zone is 'The name of the landing zone that delivered the object.';
comment on column operations.load_history.dataset is 'The dataset: heroes, missions or biometrics.';
comment on column operations.load_history.object_key is 'The key of the object in the landing zone.';
comment on column operations.load_history.etag is 'The ETag of the object version.';
comment on column operations.load_history.size_bytes is 'The size of the object in bytes.';
comment on column operations.load_history.landed_at is 'When the store took the object, by the store''s own clock.';
comment on column operations.load_history.status is 'The status, loaded, failed or duplicate.';
comment on column operations.load_history.error is 'Why the object failed and what to do; null for any other.';
comment on column operations.load_history.is_current is
    'For a loaded version or a duplicate, whether it is current: no later version of the object supersedes it. For '
    'a failed one, whether it is still broken: the landing zone still has it.';
comment on column operations.load_history.rows_in is 'The number of records or readings in the object; 0 if it failed.';
comment on column operations.load_history.rows_loaded is 'The number of those that were loaded.';
comment on column operations.load_history.rows_rejected is
    'The number of those that were rejected into the quarantine.';
comment on column operations.load_history.rejection_reasons is
    'The number of rejected rows by reason, as a JSON object; null if there are none.';
comment on column operations.load_history.quarantine_key is
    'The key of the rejected rows'' Parquet file in the bucket cerebro-quarantine; null if there are none.';
comment on column operations.load_history.duplicate_of is
    'For a duplicate, the load that holds its bytes. For a load, the one whose rows it took over when the bytes '
    'came to count under its key; else null.';
comment on column operations.load_history.dag_run_id is 'The id of the run that loaded or tried it.';

reset role;
