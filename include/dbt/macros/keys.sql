{#- Adds the primary or unique key and the foreign keys that the table lacks.

    dbt would declare them when it creates the table. Adding them to the full table is
    many times faster, and a foreign key that exists before the first insert would queue
    one check in memory for every row of a year. Foreign keys cascade: when a hero's id
    changes to a better spelling, all references change in the same transaction.

    key: SQL of the key's columns; foreign_keys: list of (column, relation);
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


{#- Adds the indexes if the table has none besides its key's. They are unnamed, so that
    PostgreSQL chooses free names: in a full refresh, the replaced table still holds its
    own names. -#}
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


{#- Identifies the rows of a table without a primary key by all of their columns. In a
    publication that includes the table, updates and deletes fail without an identity. It
    costs WAL only where wal_level is logical. -#}
{% macro add_missing_replica_identity() %}
    do $$
    begin
        if exists (
            select from pg_class
            where oid = '{{ this }}'::regclass and relreplident = 'd'
        ) then
            alter table {{ this }} replica identity full;
        end if;
    end
    $$;
{% endmacro %}
