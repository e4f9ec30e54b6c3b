-- The heroes of the sample: one row per hero. This table alone holds what distinguishes them: resting_rate (beats a
-- minute), calm_energy and mission_energy (kilowatts, before and during a mission), and the tickets that each has in
-- the draws for ordinary and for high-risk missions. Ten heroes are named, all further ones are numbered.
create or replace temp table sample_heroes as
with named (
    hero_number, hero_id, hero_name, alter_ego, first_appearance, resting_rate, calm_energy, mission_energy,
    ordinary_tickets, high_risk_tickets
) as (
    values
    (1, 'hulk', 'Hulk', 'Bruce Banner', '1962-05-01', 58, 140, 900, 2, 6),
    (2, 'spider-man', 'Spider-Man', 'Peter Parker', '1962-08-01', 64, 90, 260, 3, 2),
    (3, 'captain-america', 'Captain America', 'Steve Rogers', '1941-03-01', 50, 80, 240, 10, 5),
    (4, 'iron_man', 'Iron Man', 'Tony Stark', '1963-03-01', 72, 120, 480, 3, 3),
    (5, 'black_widow', 'Black Widow', 'Natasha Romanoff', '1964-04-01', 60, 60, 150, 4, 1),
    (6, 'thor', 'Thor', 'Thor Odinson', '1962-08-01', 54, 130, 620, 2, 3),
    (7, 'doctor-strange', 'Doctor Strange', 'Stephen Strange', '1963-07-01', 66, 70, 380, 2, 2),
    (8, 'black-panther', 'Black Panther', 'T''Challa', '1966-07-01', 56, 75, 230, 3, 1),
    (9, 'scarlet-witch', 'Scarlet Witch', 'Wanda Maximoff', '1964-03-01', 70, 95, 520, 2, 3),
    (10, 'ant-man', 'Ant-Man', 'Scott Lang', '1979-03-01', 68, 65, 170, 2, 1)
),

numbered as (
    select
        range::integer as hero_number,
        format('hero_{:04d}', range) as hero_id,
        format('Hero {:04d}', range) as hero_name,
        format('Agent {:04d}', range) as alter_ego,
        format('{}-06-01', 1970 + range % 50) as first_appearance,
        52 + (hash(getvariable('seed'), range, 'resting rate') % 24)::integer as resting_rate,
        60 + (hash(getvariable('seed'), range, 'calm energy') % 60)::integer as calm_energy,
        120 + (hash(getvariable('seed'), range, 'mission energy') % 360)::integer as mission_energy,
        2 as ordinary_tickets,
        1 as high_risk_tickets
    from range(11, getvariable('heroes') + 1)
)

-- AM07: the linter cannot count the columns of `values`.
select * from named -- noqa: AM07
where hero_number <= getvariable('heroes')
union all
select * from numbered
order by hero_number;
