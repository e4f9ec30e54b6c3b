-- What keeps this login from setting up the warehouse: a row each, with the owner where that matters.
with

roles as (
    select
        names.name,
        pg_roles.oid
    from unnest(%(roles)s::text[]) as names (name)
    left join pg_roles on names.name = pg_roles.rolname
),

login as (
    select pg_roles.rolsuper or pg_roles.rolcreaterole as may_create_roles from pg_roles
    where pg_roles.rolname = current_user
),

own_schemas as (
    select unnest(%(schemas)s::text[]) as name
),

own_relations as (
    select unnest(%(relations)s::text[]) as name
),

-- Who must be able to create something in each schema, and who owns its relations.
schemas as (
    select
        pg_namespace.oid,
        pg_namespace.nspname as name,
        pg_namespace.nspowner as owner,
        case when pg_namespace.nspname = 'raw' then current_user::regrole::oid else builder.oid end as builder,
        case
            when pg_namespace.nspname in ('raw', 'meta') then current_user::regrole::oid
            else builder.oid
        end as creator
    from pg_namespace
    inner join own_schemas on pg_namespace.nspname = own_schemas.name
    left join roles as builder on builder.name = %(builder)s
)

select
    'role missing' as obstacle,
    roles.name,
    null as owner
from roles
cross join login
where roles.oid is null and not login.may_create_roles

union all

select
    'role closed' as obstacle,
    roles.name,
    null as owner
from roles
where
    roles.oid is not null
    and not (pg_has_role(roles.oid, 'usage') and pg_has_role(roles.oid, 'set'))
    and not pg_has_role(roles.oid, 'usage with admin option')

union all

select
    'database closed' as obstacle,
    current_database() as name,
    null as owner
where not has_database_privilege(current_database(), 'create')

union all

select
    'schema taken' as obstacle,
    schemas.name,
    pg_get_userbyid(schemas.owner) as owner
from schemas
where schemas.builder is null or not has_schema_privilege(schemas.builder, schemas.oid, 'create, usage')

union all

select
    'name taken' as obstacle,
    own_relations.name,
    pg_get_userbyid(pg_class.relowner) as owner
from pg_class
inner join schemas on pg_class.relnamespace = schemas.oid
inner join own_relations on own_relations.name = schemas.name || '.' || pg_class.relname
where schemas.creator is null or not pg_has_role(schemas.creator, pg_class.relowner, 'usage')

order by obstacle, name;
