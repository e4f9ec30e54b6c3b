-- Adds the row of the erasure, unless an earlier try of this run has committed it.
insert into raw.erasures (dag_run_id, hero_hash, objects, readings, records, participations)
select
    %(dag_run_id)s,
    raw.hero_hash(%(hero_id)s),
    0,
    0,
    0,
    0
where
    not exists (
        select from raw.erasures
        where erasures.dag_run_id = %(dag_run_id)s
    )
returning erasure_id;
