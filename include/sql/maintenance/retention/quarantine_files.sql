-- The next files of the quarantine that no load from the horizon on has rows in.
with given as (
    select %(horizon)s::timestamptz as horizon
),

kept as (
    select
        rejections.quarantine_key as key,
        rejections.load_id
    from raw.rejections
    where rejections.quarantine_key is not null
    union all
    select
        notices.kept_as as key,
        notices.load_id
    from raw.notices
    where notices.kept_as is not null
)

select kept.key
from kept
inner join raw.loads on kept.load_id = loads.load_id
group by kept.key
having max(loads.loaded_at) < (select given.horizon from given)
order by kept.key
limit %(most)s;
