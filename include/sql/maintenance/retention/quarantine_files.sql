-- The next files of the quarantine, behind a key, that no load from the horizon on has rows in.
with given as (
    select %(horizon)s::timestamptz as horizon
),

kept as (
    select
        rejections.quarantine_key collate "C" as key,
        rejections.load_id
    from raw.rejections
    where rejections.quarantine_key is not null and rejections.quarantine_key collate "C" > %(after)s
    union all
    select
        notices.kept_as collate "C" as key,
        notices.load_id
    from raw.notices
    where notices.kept_as is not null and notices.kept_as collate "C" > %(after)s
)

select kept.key
from kept
inner join raw.loads on kept.load_id = loads.load_id
group by kept.key
having max(loads.loaded_at) < (select given.horizon from given)
order by kept.key
limit %(most)s;
