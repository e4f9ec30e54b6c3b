-- The loads of 0.1.0 have no seconds, so there is nothing to find in them: the first search begins after them.
do $$
begin
    if to_regclass('raw.overlap_searches') is null and to_regclass('raw.loads') is not null then
        create table raw.overlap_searches (
            position bigint primary key,
            searched_at timestamptz not null default clock_timestamp()
        );
        insert into raw.overlap_searches (position)
        select max(loads.position) from raw.loads
        having max(loads.position) is not null;
    end if;
end
$$;
