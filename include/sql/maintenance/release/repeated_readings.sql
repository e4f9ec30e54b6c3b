-- Whose readings a load repeats that takes over another one's rows: those that the other one repeats, and those of some
-- loads whose readings were to be released again. A load that was loaded again stands for the one before it.
with recursive taken_over as (
    select
        %(load_id)s::bigint as load_id,
        %(to_load_id)s::bigint as to_load_id
),

holders as (
    select
        repeated.holder_load_id as load_id,
        repeated.readings
    from taken_over
    inner join raw.repeated_readings as repeated on taken_over.load_id = repeated.load_id

    union all

    select
        successors.load_id,
        holders.readings
    from holders
    inner join raw.loads as former on holders.load_id = former.load_id
    inner join raw.loads as successors
        on former.load_id = successors.supersedes and former.etag = successors.etag
),

repeated as (
    select
        holders.load_id,
        holders.readings
    from holders
    where
        not exists (
            select from raw.loads as successors
            where successors.supersedes = holders.load_id
        )

    union all

    select
        unnest(%(holder_load_ids)s::bigint[]) as load_id,
        unnest(%(readings)s::bigint[]) as readings
)

insert into raw.repeated_readings (load_id, holder_load_id, readings)
select
    taken_over.to_load_id,
    repeated.load_id,
    sum(repeated.readings) as readings
from repeated
cross join taken_over
where repeated.load_id not in (taken_over.load_id, taken_over.to_load_id)
group by taken_over.to_load_id, repeated.load_id;
