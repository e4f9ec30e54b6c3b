-- The readings whose hero and instant are in force already, each with what holds them: a load, or else an earlier
-- reading of this part, in the order of keys and rows.
create or replace temp table repeats as
with
holders as (
    select
        hero_id,
        instant_us,
        min(load_id) as load_id
    from held_instants
    group by hero_id, instant_us
),

-- Grouped by a hash, which takes less memory than the two (45 million instants: 1,047 MiB instead of 1,076 at the
-- peak). The window below is exact.
crowded as (
    select hash(hero_id, instant_us) as hashed
    from instants
    group by hashed
    having count(*) > 1
),

within_part as (
    select
        instants.*,
        row_number() over by_place as place,
        first_value(instants.url) over by_place as holder_url
    from instants
    inner join crowded on hash(instants.hero_id, instants.instant_us) = crowded.hashed
    window by_place as (
        partition by instants.hero_id, instants.instant_us
        order by instants.url, instants.row_number
    )
)

select
    instants.url,
    instants.row_number,
    holders.load_id,
    cast(null as varchar) as holder_url
from instants
inner join holders on instants.hero_id = holders.hero_id and instants.instant_us = holders.instant_us

union all

select
    within_part.url,
    within_part.row_number,
    cast(null as bigint) as load_id,
    within_part.holder_url
from within_part
left join holders on within_part.hero_id = holders.hero_id and within_part.instant_us = holders.instant_us
where holders.load_id is null and within_part.place > 1;

create or replace temp macro is_repeated(url, row_number) as
(url, row_number) in (select (repeats.url, repeats.row_number) from repeats);
