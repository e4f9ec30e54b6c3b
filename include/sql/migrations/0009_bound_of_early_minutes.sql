-- raw.biometrics becomes a partition, of all before a month that has not begun. A constraint that is validated says so,
-- in 0010: without one PostgreSQL would look for later rows, under a lock that keeps everybody out.
do $$
declare
    bound timestamptz;
begin
    if exists (
        select from pg_class
        where pg_class.oid = to_regclass('raw.biometrics') and pg_class.relkind = 'r'
    ) then
        -- Readings of a day ahead are accepted, and this month may end before 0011.
        select
            (
                date_trunc('month', greatest(now() + interval '2 days', max(load_hours.hour_at)) at time zone 'UTC')
                + interval '1 month'
            ) at time zone 'UTC'
        into strict bound
        from raw.load_hours;
        execute format(
            'alter table raw.biometrics drop constraint if exists biometrics_are_early, '
            'add constraint biometrics_are_early check (minute_at < %L) not valid',
            bound
        );
    end if;
end
$$;
