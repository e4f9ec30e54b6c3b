{#- Rights on what dbt builds come from default privileges (include/sql/schema/60_grants.sql)
    and from grants made by hand. dbt's `grants` would revoke the latter. -#}


{#- Overrides dbt's macro, which a materialization calls when a new table has taken the
    name and the old one waits under its backup name to be dropped: the new one gets what
    was granted on the old one. -#}
{% macro postgres__apply_grants(relation, grant_config, should_revoke=True) %}
    {%- do dbt.default__apply_grants(relation, grant_config, should_revoke) -%}
    {%- set replaced = make_backup_relation(relation, relation.type) -%}
    {%- for statement in read_grants(replaced, relation, relation) -%}
        {%- do run_query(statement) -%}
    {%- endfor -%}
{% endmacro %}


{#- Returns the statements that grant on `onto` what others were granted on `replaced`, which
    may be missing. Grants on columns that `successor` does not have are left out. -#}
{% macro read_grants(replaced, successor, onto) %}
    {%- set statements %}
    with

    granted as (
        select
            '' as on_columns,
            pg_class.relowner as owner,
            privileges.*
        from pg_class
        cross join lateral aclexplode(pg_class.relacl) as privileges
        where pg_class.oid = to_regclass('{{ replaced }}')

        union all

        select
            format(' (%I)', columns.attname) as on_columns,
            pg_class.relowner as owner,
            privileges.*
        from pg_class
        inner join pg_attribute as columns on pg_class.oid = columns.attrelid
        inner join pg_attribute as successors
            on columns.attname = successors.attname
            and successors.attrelid = to_regclass('{{ successor }}')
        cross join lateral aclexplode(columns.attacl) as privileges
        where pg_class.oid = to_regclass('{{ replaced }}')
    )

    select
        format(
            'grant %s%s on %s to %s%s',
            privilege_type,
            on_columns,
            '{{ onto }}',
            case when grantee = 0 then 'public' else grantee::regrole::text end,
            case when is_grantable then ' with grant option' else '' end
        ) as statement
    from granted
    where grantee <> owner
    {%- endset -%}
    {{ return(run_query(statements).columns['statement'].values() | list) }}
{% endmacro %}
