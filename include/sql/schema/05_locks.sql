-- A reader of a view of operations locks the view first, and then the tables that it reads. What follows locks the
-- tables first: a reader in between would hold the view, wait for a table, and be cancelled as a deadlock. So the views
-- are locked here. `lock table` would lock the tables, too; an owner who stays the same changes nothing.
do $$
declare
    relation record;
begin
    for relation in
        select
            pg_class.oid::regclass as name,
            pg_class.relowner::regrole as owner
        from pg_class
        where
            pg_class.relnamespace = to_regnamespace('operations')
            and pg_class.relkind = 'v'
            and pg_has_role(pg_class.relowner, 'usage')
        order by pg_class.relname
    loop
        execute format('alter view %s owner to %s', relation.name, relation.owner);
    end loop;
end
$$;
