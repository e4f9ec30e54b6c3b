-- Writes how much has left to the erasure's row.
update raw.erasures
set
    objects = totals.objects,
    readings = totals.readings,
    records = totals.records,
    participations = totals.participations
from (
    select
        count(*) as objects,
        coalesce(sum(erased_rows.rows) filter (where loads.dataset = 'biometrics'), 0) as readings,
        coalesce(sum(erased_rows.rows) filter (where loads.dataset = 'heroes'), 0) as records,
        coalesce(sum(erased_rows.rows) filter (where loads.dataset = 'missions'), 0) as participations
    from (
        select
            erased_rows.load_id,
            erased_rows.rows
        from raw.erased_rows
        where erased_rows.erasure_id = %(erasure_id)s
    ) as erased_rows
    inner join raw.loads on erased_rows.load_id = loads.load_id
) as totals
where erasures.erasure_id = %(erasure_id)s;
