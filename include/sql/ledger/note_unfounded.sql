-- Notes the loads in force whose rejected readings may be in force nowhere any more: those that lost readings to a load
-- which one of the given rows supersedes, and the given loads, where what they lost readings to was superseded while
-- they were read. A load of the same bytes and rules has what the one before it had. Requires the lock of lock.sql.
with recursive given as (select unnest(%(load_ids)s::bigint[]) as load_id),

taken_back as (
    select
        superseded.load_id,
        superseded.supersedes
    from given
    inner join raw.loads as new_rows on given.load_id = new_rows.load_id
    inner join raw.loads as superseded on new_rows.supersedes = superseded.load_id
    where
        new_rows.dataset = 'biometrics'
        and (
            new_rows.status <> 'loaded'
            or (new_rows.etag, new_rows.rules_version) is distinct from (superseded.etag, superseded.rules_version)
        )

    union all

    select
        earlier.load_id,
        earlier.supersedes
    from taken_back
    inner join raw.loads as earlier on taken_back.supersedes = earlier.load_id
),

losers as (
    select repeated.load_id
    from taken_back
    inner join raw.repeated_readings as repeated on taken_back.load_id = repeated.holder_load_id

    union

    select repeated.load_id
    from given
    inner join raw.repeated_readings as repeated on given.load_id = repeated.load_id
    inner join raw.loads as successors on repeated.holder_load_id = successors.supersedes
)

insert into raw.unfounded_rejections (load_id)
select losers.load_id from losers
where
    not exists (
        select from raw.loads as successors
        where successors.supersedes = losers.load_id
    )
on conflict do nothing;
