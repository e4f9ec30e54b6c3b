-- Conservation: every ingested reading is in fact_biometrics, was rejected, has left with its hero, who was forgotten,
-- or is before the horizon of the retention. The ledger counts what came in; the account of the fact's hours counts
-- what is in it. What was superseded is taken off: superseded loads are few. Loads behind the last transformation are
-- for the next one: cerebro_reprocess and cerebro_release commit at any time.
with transformed as (
    select
        max(int_positions.until_position) as until_position,
        max(int_positions.horizon) as horizon
    from staging.int_positions
)

select
    ledger.readings_in - superseded.readings_in as readings_in,
    facts.readings_in_facts,
    ledger.readings_rejected - superseded.readings_rejected as readings_rejected,
    erasures.readings_erased,
    retentions.readings_retired,
    ledger.readings_in - superseded.readings_in - facts.readings_in_facts
    - (ledger.readings_rejected - superseded.readings_rejected) - erasures.readings_erased
    - retentions.readings_retired as difference
from (
    -- The index loads_of_biometrics has these columns.
    select
        coalesce(sum(loads.rows_in), 0)::bigint as readings_in,
        coalesce(sum(loads.rows_rejected), 0)::bigint as readings_rejected
    from raw.loads
    where
        loads.dataset = 'biometrics'
        and loads.status = 'loaded'
        and loads.position <= (select transformed.until_position from transformed)
) as ledger
cross join (
    select
        coalesce(sum(loads.rows_in), 0)::bigint as readings_in,
        coalesce(sum(loads.rows_rejected), 0)::bigint as readings_rejected
    from raw.loads as successors
    inner join raw.loads on successors.supersedes = loads.load_id
    where
        successors.dataset = 'biometrics'
        and successors.supersedes is not null
        and successors.position <= (select transformed.until_position from transformed)
) as superseded
cross join (
    select coalesce(sum(readings_by_hour.reading_count), 0)::bigint as readings_in_facts
    from operations.readings_by_hour
) as facts
cross join (
    select coalesce(sum(erased_rows.rows), 0)::bigint as readings_erased
    from raw.erased_rows
    inner join raw.loads on erased_rows.load_id = loads.load_id
    where
        loads.dataset = 'biometrics'
        and loads.position <= (select transformed.until_position from transformed)
        and not exists (
            select from raw.loads as successors
            where
                successors.supersedes = loads.load_id
                and successors.position <= (select transformed.until_position from transformed)
        )
) as erasures
cross join (
    select coalesce(sum(load_hours.reading_count), 0)::bigint as readings_retired
    from raw.load_hours
    where
        load_hours.hour_at < (select transformed.horizon from transformed)
        and not exists (
            select from staging.int_hidden_loads
            where int_hidden_loads.load_id = load_hours.load_id
        )
) as retentions;
