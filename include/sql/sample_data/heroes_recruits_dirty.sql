-- One row per hero with an even number, as a spreadsheet exports them: a byte order mark before the header (an
-- invisible first character of "hero_id"), unknown columns, line breaks and quotes inside a field, blanks around
-- values.
copy (
    select
        hero_id as "﻿hero_id", -- noqa: RF05
        hero_name || '  ' as "name",
        team,
        alter_ego,
        first_appearance,
        notes
    from (
        select
            *,
            'Reserve, "' || upper(left(hero_name, 1)) || '" squad' as team,
            e'recruited\nin the field' as notes
        from sample_heroes
        where hero_number % 2 = 0
    ) as reserves
    order by hero_number
) to $object_url (format csv);
