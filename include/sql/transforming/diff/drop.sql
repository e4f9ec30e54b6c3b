-- Drops the schemas of an earlier comparison.
do $$
declare
    schema_name text;
begin
    for schema_name in
        select pg_namespace.nspname from pg_namespace
        where pg_namespace.nspname like any(array['diff\_base\_%', 'diff\_head\_%'])
    loop
        execute format('drop schema %I cascade', schema_name);
    end loop;
end
$$;
