-- Conservation: every ingested reading is in fact_biometrics, was rejected, or has left with its hero, who was
-- forgotten. The ledger counts what came in; the account of the fact's hours counts what is in it. What was superseded
-- is taken off: superseded loads are few.
select
    ledger.readings_in,
    facts.readings_in_facts,
    ledger.readings_rejected,
    erasures.readings_erased,
    ledger.readings_in - facts.readings_in_facts - ledger.readings_rejected - erasures.readings_erased as difference
from (
    select
        coalesce(sum(loads.rows_in * loads.sign), 0)::bigint as readings_in,
        coalesce(sum(loads.rows_rejected * loads.sign), 0)::bigint as readings_rejected
    from (
        select
            loads.rows_in,
            loads.rows_rejected,
            1 as sign
        from raw.loads
        where loads.dataset = 'biometrics' and loads.status = 'loaded'
        union all
        select
            superseded.rows_in,
            superseded.rows_rejected,
            -1 as sign
        from raw.loads
        inner join raw.loads as superseded on loads.supersedes = superseded.load_id
        where loads.dataset = 'biometrics' and loads.supersedes is not null
    ) as loads
) as ledger
cross join (
    select coalesce(sum(readings_by_hour.reading_count), 0)::bigint as readings_in_facts
    from operations.readings_by_hour
) as facts
cross join (
    select coalesce(sum(erased_rows.rows), 0)::bigint as readings_erased
    from raw.erased_rows
    inner join raw.current_loads on erased_rows.load_id = current_loads.load_id
    where current_loads.dataset = 'biometrics'
) as erasures;
