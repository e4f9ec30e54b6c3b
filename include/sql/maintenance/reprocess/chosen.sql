-- The loads in force that an operator has chosen, in the order of zone and key, without those that this run has made.
-- A day is one in UTC, of the readings or of the missions. Hero files have no days, so that days do not leave them out.
with days as (
    select
        %(first_day)s::date is null and %(last_day)s::date is null as is_any,
        coalesce(%(first_day)s::date::timestamp at time zone 'UTC', '-infinity') as first_at,
        coalesce((%(last_day)s::date + 1)::timestamp at time zone 'UTC', 'infinity') as end_at
)

select
    loads.load_id,
    loads.landing_zone,
    loads.dataset,
    loads.object_key,
    loads.etag,
    loads.size_bytes,
    loads.landed_at::text as landed_at,
    loads.rows_in,
    loads.load_id in (
        select decisions.load_id from raw.quarantine_decisions as decisions
        where decisions.action = 'release'
    ) as has_released_rows
from raw.loads
cross join days
inner join unnest(%(landing_zones)s::text[], %(rules_versions)s::text[]) as zones (landing_zone, rules_version)
    on loads.landing_zone = zones.landing_zone
where
    loads.status = 'loaded'
    and not exists (
        select from raw.loads as successors
        where successors.supersedes = loads.load_id
    )
    and loads.dataset = any(%(datasets)s::text[])
    and loads.object_key like %(key_pattern)s
    and loads.dag_run_id is distinct from %(dag_run_id)s
    and (not %(only_older_rules)s or loads.rules_version is distinct from zones.rules_version)
    and (%(loaded_before)s::timestamptz is null or loads.loaded_at < %(loaded_before)s::timestamptz)
    and (
        loads.dataset = 'heroes'
        or days.is_any
        or exists (
            select from raw.load_hours
            where
                load_hours.load_id = loads.load_id
                and load_hours.hour_at >= days.first_at
                and load_hours.hour_at < days.end_at
        )
        or exists (
            select from raw.missions
            where
                missions.load_id = loads.load_id
                and missions.mission_at >= days.first_at
                and missions.mission_at < days.end_at
        )
    )
    and (loads.landing_zone collate "C", loads.object_key collate "C") > (%(after_zone)s, %(after_key)s)
order by loads.landing_zone collate "C", loads.object_key collate "C"
limit %(most)s
