-- One row per distinct schema, read from the Parquet footers: its elements in order, and the objects that have it.
select
    elements,
    list(url) as urls
from (
    select
        file_name as url,
        list(
            struct_pack(
                name := name,
                num_children := num_children,
                duckdb_type := duckdb_type,
                converted_type := converted_type,
                logical_type := logical_type,
                is_repeated := repetition_type = 'REPEATED',
                digits := "precision"
            ) order by column_id
        ) as elements
    from parquet_schema(?)
    group by file_name
) as footers
group by elements;
