-- The load ids that the ledger gave the objects.
create or replace temp table claimed as
select
    unnest(?::varchar[]) as url,
    unnest(?::bigint[]) as load_id;
