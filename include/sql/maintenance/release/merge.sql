-- Adds the minutes and hours of a load, together with the released ones, to the load that supersedes it.
select
    raw.merge_released('biometrics', %(load_id)s, %(to_load_id)s),
    raw.merge_released('load_hours', %(load_id)s, %(to_load_id)s);
