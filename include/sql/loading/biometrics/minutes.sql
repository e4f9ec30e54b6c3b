-- One row per object, hero, minute and rejection reason; the reason of accepted readings is null.
create or replace temp table minutes (
    url varchar,
    hero_id varchar,
    minute_number bigint,
    reason varchar,
    reading_count bigint,
    seconds bigint,
    heart_rate_count bigint,
    heart_rate_sum double,
    heart_rate_min double,
    heart_rate_max double,
    heart_rate_invalid bigint,
    stress_level_count bigint,
    stress_level_sum double,
    stress_level_min double,
    stress_level_max double,
    stress_level_invalid bigint,
    energy_output_count bigint,
    energy_output_sum double,
    energy_output_min double,
    energy_output_max double,
    energy_output_invalid bigint
);
