-- Duplicates of heroes: the same row again, the same hero under another spelling, without a name or with a name in
-- capitals; and rows without an id.
copy (
    with repeated as (
        select
            hero_number,
            hero_id,
            hero_name as "name",
            alter_ego,
            first_appearance
        from sample_heroes
        where hero_number % 3 = 0
        union all
        select
            hero_number,
            hero_name as hero_id,
            null as "name",
            null as alter_ego,
            first_appearance
        from sample_heroes
        where hero_number % 3 = 1
        union all
        select
            hero_number,
            lower(replace(replace(hero_name, '-', ''), ' ', '')) as hero_id,
            upper(hero_name) as "name",
            alter_ego,
            ' ' as first_appearance
        from sample_heroes
        where hero_number % 3 = 2
        union all
        select
            hero_number,
            if(hero_number = 1, null, ' ') as hero_id,
            'Unknown' as "name",
            alter_ego,
            first_appearance
        from sample_heroes
        where hero_number <= 2
    )

    select * exclude (hero_number)
    from repeated
    order by all
) to $object_url (format csv);
