-- Law 4: every reading that was taken up is in fact_biometrics or was rejected. Counted on both ends independently:
-- from the ledger, and from the fact table itself.
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
    select coalesce(sum(fact_biometrics.reading_count), 0)::bigint as readings_in_facts
    from marts.fact_biometrics
) as facts;
