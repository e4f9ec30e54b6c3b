-- Deletes the instants of a day, in UTC, before a horizon. Returns them.
delete from raw.instants
where
    instants.minute_at >= %(day)s::timestamp at time zone 'UTC'
    and instants.minute_at < (%(day)s::date + 1)::timestamp at time zone 'UTC'
    and instants.minute_at < %(until)s
returning
    instants.load_id,
    instants.hero_id,
    instants.hour_at,
    instants.minute_at,
    instants.offsets,
    instants.tableoid::bigint as partition,
    (instants.ctid::text::point)[0]::bigint / 32 as block_range
