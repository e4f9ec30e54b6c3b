-- Removes what a listing of an earlier day has left, all of it: the store has changed since. Chunks that runs put back
-- are younger.
delete from meta.waiting
where
    waiting.landing_zone in (
        select old.landing_zone
        from meta.waiting as old
        where old.written_at < now() - interval '1 day'
    );
