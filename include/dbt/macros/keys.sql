{#- Adds the primary key, unique key and foreign keys that the table has not got.

    dbt would declare them when it creates the table. Adding them when it is full
    is many times faster, and a foreign key declared before the first insert would
    queue one check in memory for every row of a year. Foreign keys cascade: when a
    better spelling becomes a hero's id, everything that refers to it follows in
    the same transaction.

    foreign_keys: list of (column, relation); key: SQL of the key's columns;
    kind: `primary key` or `unique nulls not distinct`. -#}
{% macro add_missing_keys(key, foreign_keys=[], kind='primary key') %}
    do $$
    begin
        if not exists (
            select from pg_constraint
            where conrelid = '{{ this }}'::regclass and contype in ('p', 'u')
        ) then
            alter table {{ this }} add {{ kind }} ({{ key }});
        end if;
        {%- for column, relation in foreign_keys %}
        if not exists (
            select from pg_constraint
            where
                conrelid = '{{ this }}'::regclass
                and confrelid = '{{ relation }}'::regclass
                and contype = 'f'
        ) then
            alter table {{ this }}
            add foreign key ({{ column }})
            references {{ relation }} ({{ column }})
            on update cascade on delete cascade;
        end if;
        {%- endfor %}
    end
    $$;
{% endmacro %}


{#- Indexes without a name of their own: PostgreSQL finds a free one, so that a
    full refresh does not meet the names of the table that it replaces. A table
    that has any index but its key's has them all. -#}
{% macro add_missing_indexes(definitions) %}
    do $$
    begin
        if not exists (
            select from pg_index
            left join pg_constraint
                on pg_index.indexrelid = pg_constraint.conindid
                and pg_constraint.contype in ('p', 'u')
            where
                pg_index.indrelid = '{{ this }}'::regclass
                and pg_constraint.oid is null
        ) then
            {%- for definition in definitions %}
            create index on {{ this }} {{ definition }};
            {%- endfor %}
        end if;
    end
    $$;
{% endmacro %}
