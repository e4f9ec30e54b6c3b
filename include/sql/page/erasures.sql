-- The latest erasures: how much left raw, whether the quarantine is clean, how many objects held the hero.
select
    erasures.erasure_id,
    erasures.erased_at,
    erasures.objects,
    erasures.readings,
    erasures.records,
    erasures.participations,
    coalesce(erasure_progress.is_finished, false) as is_finished,
    (
        select count(*) from meta.erasure_objects
        where erasure_objects.erasure_id = erasures.erasure_id
    ) as holders,
    count(*) over () as in_all
from raw.erasures
left join meta.erasure_progress on erasures.erasure_id = erasure_progress.erasure_id
order by erasures.erasure_id desc
limit %(limit)s;
