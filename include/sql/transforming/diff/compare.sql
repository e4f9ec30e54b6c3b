-- Compares the views base_rows and head_rows, a JSON object a row, by the given key: one row with the counts of rows,
-- and for each column that differs the number of rows. Numbers that differ by a billionth are equal: sums in another
-- order. A missing column is null.
with joined as (
    select
        base_rows.columns as base_columns,
        head_rows.columns as head_columns
    from (
        select
            rows.columns,
            (
                select jsonb_agg(rows.columns -> names.name order by names.place)
                from unnest(%(key)s::text[]) with ordinality as names (name, place)
            ) as key
        from base_rows as rows
    ) as base_rows
    full join (
        select
            rows.columns,
            (
                select jsonb_agg(rows.columns -> names.name order by names.place)
                from unnest(%(key)s::text[]) with ordinality as names (name, place)
            ) as key
        from head_rows as rows
    ) as head_rows on base_rows.key = head_rows.key
),

differing as (
    select
        cells.name,
        count(*) as differing_rows
    from joined
    cross join lateral (
        select coalesce(base_cells.key, head_cells.key) as name
        from jsonb_each(joined.base_columns) as base_cells
        full join jsonb_each(joined.head_columns) as head_cells on base_cells.key = head_cells.key
        where
            coalesce(base_cells.value, 'null') <> coalesce(head_cells.value, 'null')
            and not case
                when jsonb_typeof(base_cells.value) = 'number' and jsonb_typeof(head_cells.value) = 'number'
                    then
                        abs((base_cells.value)::numeric - (head_cells.value)::numeric)
                        <= 1e-9 * greatest(abs((base_cells.value)::numeric), abs((head_cells.value)::numeric))
                else false
            end
    ) as cells
    where joined.base_columns is not null and joined.head_columns is not null
    group by cells.name
)

select
    count(joined.base_columns) as base_rows,
    count(joined.head_columns) as head_rows,
    count(*) filter (where joined.head_columns is null) as only_base,
    count(*) filter (where joined.base_columns is null) as only_head,
    coalesce((select jsonb_object_agg(differing.name, differing.differing_rows) from differing), '{}') as differing
from joined;
