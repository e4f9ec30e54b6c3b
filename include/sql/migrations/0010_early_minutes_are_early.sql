-- Reads the table once. Readers, loads and pg_dump go on meanwhile.
do $$
begin
    if exists (
        select from pg_constraint
        where
            pg_constraint.conrelid = to_regclass('raw.biometrics')
            and pg_constraint.conname = 'biometrics_are_early'
    ) then
        alter table raw.biometrics validate constraint biometrics_are_early;
    end if;
end
$$;
