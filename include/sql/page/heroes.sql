-- Heroes with readings, and their first and last minute: two look-ups a hero in the fact table's key.
select
    dim_heroes.hero_id,
    dim_heroes.hero_name,
    firsts.first_minute,
    lasts.last_minute
from marts.dim_heroes
cross join lateral (
    select min(fact_biometrics.minute_at) as first_minute
    from marts.fact_biometrics
    where fact_biometrics.hero_id = dim_heroes.hero_id
) as firsts
cross join lateral (
    select max(fact_biometrics.minute_at) as last_minute
    from marts.fact_biometrics
    where fact_biometrics.hero_id = dim_heroes.hero_id
) as lasts
where firsts.first_minute is not null
order by dim_heroes.hero_name, dim_heroes.hero_id;
