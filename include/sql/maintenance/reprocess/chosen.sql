-- The loads in force that an operator has chosen, in the order of zone and key, without those that this run has made.
-- A day is one in UTC, of the readings or of the missions. Hero files have no days, so that days do not leave them out.
with choice as (
    select
        %(datasets)s::text[] as datasets,
        %(key_pattern)s::text as key_pattern,
        %(dag_run_id)s::text as dag_run_id,
        %(only_older_rules)s::boolean as is_only_older_rules,
        %(loaded_before)s::timestamptz as loaded_before,
        %(first_day)s::date is null and %(last_day)s::date is null as is_any_day,
        coalesce(%(first_day)s::date::timestamp at time zone 'UTC', '-infinity') as first_at,
        coalesce((%(last_day)s::date + 1)::timestamp at time zone 'UTC', 'infinity') as end_at
),

zones as (
    select
        given.landing_zone,
        given.rules_version
    from unnest(%(landing_zones)s::text[], %(rules_versions)s::text[]) as given (landing_zone, rules_version)
),

in_force as (
    select
        loads.load_id,
        loads.landing_zone collate "C" as landing_zone,
        loads.dataset,
        loads.object_key collate "C" as object_key,
        loads.etag,
        loads.size_bytes,
        loads.landed_at,
        loads.rows_in,
        loads.rules_version,
        loads.dag_run_id,
        loads.loaded_at
    from raw.loads
    where
        loads.status = 'loaded'
        and not exists (
            select from raw.loads as successors
            where successors.supersedes = loads.load_id
        )
),

final as (
    select
        in_force.load_id,
        in_force.landing_zone,
        in_force.dataset,
        in_force.object_key,
        in_force.etag,
        in_force.size_bytes,
        in_force.landed_at::text as landed_at,
        in_force.rows_in,
        in_force.load_id in (
            select decisions.load_id from raw.quarantine_decisions as decisions
            where decisions.action = 'release'
        ) as has_released_rows
    from in_force
    inner join zones on in_force.landing_zone = zones.landing_zone
    cross join choice
    where
        in_force.dataset = any(choice.datasets)
        and in_force.object_key like choice.key_pattern
        and in_force.dag_run_id is distinct from choice.dag_run_id
        and (not choice.is_only_older_rules or in_force.rules_version is distinct from zones.rules_version)
        and (choice.loaded_before is null or in_force.loaded_at < choice.loaded_before)
        and (
            in_force.dataset = 'heroes'
            or choice.is_any_day
            or exists (
                select from raw.load_hours
                where
                    load_hours.load_id = in_force.load_id
                    and load_hours.hour_at >= choice.first_at
                    and load_hours.hour_at < choice.end_at
            )
            or exists (
                select from raw.missions
                where
                    missions.load_id = in_force.load_id
                    and missions.mission_at >= choice.first_at
                    and missions.mission_at < choice.end_at
            )
        )
)

select final.*
from final
where (final.landing_zone, final.object_key) > (%(after_zone)s, %(after_key)s)
order by final.landing_zone, final.object_key
limit %(most)s
