-- Conservation: every ingested reading is in fact_biometrics or was rejected. The two ends are counted independently:
-- the ledger's rows, and the fact table's sum, which triggers maintain. If any of the four triggers is missing or
-- disabled, the fact table is summed again.
select
    ledger.readings_in,
    facts.readings_in_facts,
    ledger.readings_rejected,
    ledger.readings_in - facts.readings_in_facts - ledger.readings_rejected as difference
from (
    select
        coalesce(sum(current_loads.rows_in), 0)::bigint as readings_in,
        coalesce(sum(current_loads.rows_rejected), 0)::bigint as readings_rejected
    from raw.current_loads
    where current_loads.dataset = 'biometrics'
) as ledger
cross join (
    select
        coalesce(
            (
                select fact_readings.readings
                from meta.fact_readings
                where
                    fact_readings.fact_table = 'marts.fact_biometrics'::regclass
                    and (
                        select count(*) from pg_trigger
                        where
                            pg_trigger.tgrelid = 'marts.fact_biometrics'::regclass
                            and pg_trigger.tgfoid = 'meta.keep_fact_readings()'::regprocedure
                            and pg_trigger.tgenabled = 'A'
                    ) = 4
            ),
            (select coalesce(sum(fact_biometrics.reading_count), 0)::bigint from marts.fact_biometrics)
        ) as readings_in_facts
) as facts;
