-- One row per hero with an odd number.
copy (
    select
        hero_id,
        hero_name as "name",
        alter_ego,
        first_appearance
    from sample_heroes
    where hero_number % 2 = 1
    order by hero_number
) to $object_url (format csv);
