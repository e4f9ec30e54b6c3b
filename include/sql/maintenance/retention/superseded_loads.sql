-- The next loads whose rows may leave: superseded before the horizon, by a load that every table of dbt is complete
-- with. They come in the order of their successors' commits, behind the last one that is done.
with given as (
    select %(horizon)s::timestamptz as horizon
)

select
    successors.position,
    superseded.load_id,
    superseded.dataset
from raw.loads as successors
inner join raw.loads as superseded on successors.supersedes = superseded.load_id
where
    successors.position > coalesce(
        (
            select max(retentions.position)
            from raw.retentions
            where retentions.layer = 'superseded'
        ),
        0
    )
    and successors.position <= (
        select min(tables.position)
        from meta.tables
    )
    and successors.loaded_at < (select given.horizon from given)
    and successors.status <> 'failed'
order by successors.position
limit %(most)s;
