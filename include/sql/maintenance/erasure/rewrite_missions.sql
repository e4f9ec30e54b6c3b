-- Writes mission records without the hero, and notes how many there are in each load. Returns those whose crew is empty
-- now.
with edited as (
    select *
    from unnest(
        %(load_ids)s::bigint[], %(row_numbers)s::bigint[], %(records)s::text[], %(fields)s::text[]
    ) as edited (load_id, row_number, record, fields)
),

written as (
    update raw.missions
    set
        record = edited.record::json,
        fields = edited.fields::json
    from edited
    where missions.load_id = edited.load_id and missions.row_number = edited.row_number
    returning
        missions.load_id,
        missions.row_number,
        cardinality(raw.crew_of(coalesce(missions.fields, missions.record))) = 0 as is_empty
),

noted as (
    insert into raw.erased_rows (erasure_id, load_id, rows)
    select
        %(erasure_id)s,
        written.load_id,
        count(*) as rows
    from written
    group by written.load_id
    on conflict (load_id, erasure_id) do update
    set rows = erased_rows.rows + excluded.rows
)

select
    written.load_id,
    written.row_number
from written
where written.is_empty;
