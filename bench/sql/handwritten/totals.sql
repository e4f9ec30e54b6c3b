-- One row per table of the search path: its rows, and sums of its columns. All values of the history are multiples of
-- 1/1024, so the sums are exact in any order.
select
    'dim_heroes' as relation,
    count(*) as row_count,
    array[sum(length(hero_id)), sum(length(hero_name))]::double precision[] as sums
from dim_heroes

union all

select
    'dim_missions' as relation,
    count(*) as row_count,
    array[
        sum(extract(epoch from mission_at)),
        sum(structural_damage),
        sum(civilian_injuries),
        count(*) filter (where is_high_risk)
    ] as sums
from dim_missions

union all

select
    'bridge_mission_heroes' as relation,
    count(*) as row_count,
    array[count(distinct mission_id), count(distinct hero_id)] as sums
from bridge_mission_heroes

union all

select
    'fact_biometrics' as relation,
    count(*) as row_count,
    array[
        sum(extract(epoch from minute_at)),
        sum(reading_count),
        sum(heart_rate),
        sum(heart_rate_min),
        sum(heart_rate_max),
        sum(stress_level),
        sum(stress_level_min),
        sum(stress_level_max),
        sum(energy_output),
        sum(energy_output_min),
        sum(energy_output_max)
    ] as sums
from fact_biometrics

union all

select
    'obt_cerebro_restored' as relation,
    count(*) as row_count,
    array[
        sum(extract(epoch from timestamp)),
        count(distinct hero_id),
        count(mission_id),
        count(*) filter (where mission_outcome = 'Successful'),
        sum(structural_damage),
        sum(reading_count),
        sum(heart_rate),
        sum(stress_level),
        sum(energy_output),
        sum(energy_output_max)
    ] as sums
from obt_cerebro_restored

union all

select
    'hulk_factor' as relation,
    count(*) as row_count,
    array[sum(rank * length(hero_id)), sum(rank * avg_energy_output)] as sums
from hulk_factor

union all

select
    'reliability' as relation,
    count(*) as row_count,
    array[sum(rank * successful_missions_count), sum(avg_stress_level)] as sums
from reliability

order by relation;
