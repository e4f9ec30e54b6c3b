{#- Adds the triggers that maintain the sum of the table's readings in meta.fact_readings
    (include/sql/schema/40_meta.sql), and writes the first sum. They are added to the full
    table, because a trigger on the first insert would have to keep a year's rows. They
    also fire in sessions with the replication role `replica`. -#}
{% macro add_missing_readings_triggers() %}
    {%- set changes = {
        'insert': 'referencing new table as added',
        'update': 'referencing old table as removed new table as added',
        'delete': 'referencing old table as removed',
        'truncate': '',
    } %}
    do $$
    begin
        if not exists (
            select from pg_trigger
            where
                tgrelid = '{{ this }}'::regclass
                and tgfoid = 'meta.keep_fact_readings()'::regprocedure
            having count(*) filter (where tgenabled = 'A') = {{ changes | length }}
        ) or not exists (
            -- A table restored from a backup has another oid.
            select from {{ source('meta', 'fact_readings') }}
            where fact_table = '{{ this }}'::regclass
        ) then
            {%- for change, tables in changes.items() %}
            create or replace trigger keep_fact_readings_{{ change }}
            after {{ change }} on {{ this }} {{ tables }}
            for each statement execute function meta.keep_fact_readings();
            alter table {{ this }}
            enable always trigger keep_fact_readings_{{ change }};
            {%- endfor %}
            delete from {{ source('meta', 'fact_readings') }};
            insert into {{ source('meta', 'fact_readings') }} (fact_table, readings)
            select '{{ this }}'::regclass, coalesce(sum(reading_count), 0)
            from {{ this }};
        end if;
    end
    $$;
{% endmacro %}


{#- Summarizes the new block ranges in the table's BRIN indexes. -#}
{% macro summarize_block_ranges() %}
    select brin_summarize_new_values(pg_index.indexrelid)
    from pg_index
    inner join pg_class on pg_index.indexrelid = pg_class.oid
    inner join pg_am on pg_class.relam = pg_am.oid
    where pg_index.indrelid = '{{ this }}'::regclass and pg_am.amname = 'brin';
{% endmacro %}
