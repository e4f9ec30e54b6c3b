-- One row per hero object: its key, and the statement that writes it.
select
    objects.object_key,
    objects.statement
from (
    values
    (1, 'heroes.csv', 'heroes_main', false),
    (1, 'heroes.csv', 'heroes_main', true),
    (2, 'heroes/recruits.csv', 'heroes_recruits', false),
    (2, 'heroes/recruits.csv', 'heroes_recruits_dirty', true),
    (3, 'heroes/équipe "B" + 100%.csv', 'heroes_duplicates', true)
) as objects (position, object_key, statement, dirt)
where objects.dirt = getvariable('dirt') and (objects.position != 2 or getvariable('heroes') > 1)
order by objects.position;
