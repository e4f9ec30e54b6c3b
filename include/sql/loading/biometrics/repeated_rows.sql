-- One row per claimed load and load that holds readings which it repeats. What an object repeats by itself is not here.
select
    claimed.load_id,
    coalesce(repeats.load_id, holders.load_id) as holder_load_id,
    count(*) as readings
from repeats
inner join claimed on repeats.url = claimed.url
left join claimed as holders on repeats.holder_url = holders.url
where holders.load_id is distinct from claimed.load_id
group by claimed.load_id, holder_load_id
order by claimed.load_id, holder_load_id
