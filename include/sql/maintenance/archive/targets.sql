-- The loads that rows of archived loads come back to: their own, and loads in force that took over the rows of another
-- one after these had left raw, because rows were released from the quarantine, or the bytes moved to another key. The
-- rows of superseded loads that retention has retired come back to none.
with recursive step as (
    select %(archived_at)s::timestamptz as archived_at
),

given as (
    select loads.*
    from raw.loads
    where loads.load_id = any(%(load_ids)s::bigint[])
),

later as (
    select
        loads.load_id,
        coalesce(
            loads.duplicate_of,
            case
                when
                    exists (
                        select from raw.quarantine_decisions as decisions
                        where decisions.load_id = loads.load_id and decisions.action = 'release'
                    )
                    then loads.supersedes
            end
        ) as source_id
    from raw.loads
    where
        loads.loaded_at > (select step.archived_at from step)
        and loads.status = 'loaded'
        and loads.dataset = 'biometrics'
),

heirs as (
    select
        later.load_id,
        later.source_id
    from later
    inner join raw.current_loads on later.load_id = current_loads.load_id
    union
    select
        heirs.load_id,
        later.source_id
    from heirs
    inner join later on heirs.source_id = later.load_id
)

select
    given.load_id,
    given.load_id as to_load_id
from given
where
    not exists (
        select from raw.loads as successors
        where
            successors.supersedes = given.load_id
            and successors.position <= (
                select max(retentions.position)
                from raw.retentions
                where retentions.layer = 'superseded'
            )
    )
union all
select
    given.load_id,
    heirs.load_id as to_load_id
from given
inner join heirs on given.load_id = heirs.source_id
where given.loaded_at <= (select step.archived_at from step);
