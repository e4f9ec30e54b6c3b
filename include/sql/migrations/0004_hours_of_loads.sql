-- The hours of the loads of 0.1.0, from their minutes.
do $$
begin
    if to_regclass('raw.load_hours') is null and to_regclass('raw.biometrics') is not null then
        create table raw.load_hours (
            load_id bigint not null,
            hero_id text not null,
            hour_at timestamptz not null,
            reading_count bigint not null check (reading_count > 0)
        );
        insert into raw.load_hours (load_id, hero_id, hour_at, reading_count)
        select
            biometrics.load_id,
            biometrics.hero_id,
            date_trunc('hour', biometrics.minute_at, 'UTC') as hour_at,
            sum(biometrics.reading_count) as reading_count
        from raw.biometrics
        group by biometrics.load_id, biometrics.hero_id, hour_at
        order by biometrics.load_id, hour_at;
    end if;
end
$$;
