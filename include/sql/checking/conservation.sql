-- Law 4: every reading that was taken up is in fact_biometrics or was rejected. Counted on both ends independently:
-- from the ledger, and from the fact table itself, whose triggers keep the sum. Unless all four of them are at work it
-- is added up anew.
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
