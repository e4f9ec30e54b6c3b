-- Whether the last listing of a landing zone left nothing open: it succeeded, found no tables, and nothing waits.
select coalesce(
    (
        select listings.error is null and listings.notes = '{}' and listings.objects_waiting = 0
        from meta.listings
        where listings.landing_zone = %(landing_zone)s
        order by listings.listed_at desc
        limit 1
    ),
    false
);
