-- Whether the last listing of a landing zone left nothing open, so that another one finds only what arrives since: it
-- succeeded, and what it left to later runs is kept. Where it found tables, only a listing can tell their later files
-- from plain ones.
select coalesce(
    (
        select
            listings.error is null
            and (listings.notes = '{}' or not %(is_told)s)
            and (listings.objects_waiting = 0 or %(is_kept)s)
        from meta.listings
        where listings.landing_zone = %(landing_zone)s
        order by listings.listed_at desc
        limit 1
    ),
    false
);
