-- Notes what became of an object that held the hero.
insert into meta.erasure_rewrites (erasure_id, landing_zone, object_key, etag, new_etag, rows, problem)
values (
    %(erasure_id)s, %(landing_zone)s, %(object_key)s, %(etag)s, %(new_etag)s, %(rows)s, %(problem)s
)
on conflict (erasure_id, landing_zone, object_key) do update set
    etag = excluded.etag,
    new_etag = excluded.new_etag,
    rows = excluded.rows,
    problem = excluded.problem,
    noted_at = clock_timestamp();
