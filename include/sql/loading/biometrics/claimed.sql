-- One row per claimed object: the load id that the ledger assigned to it.
create or replace temp table claimed as
select
    unnest(?::varchar[]) as url,
    unnest(?::bigint[]) as load_id;
