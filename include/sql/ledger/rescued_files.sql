-- The files of the quarantine that hold rescued columns of some loads, and of no other.
select distinct notices.kept_as
from raw.notices
where
    notices.load_id = any(%(load_ids)s::bigint[])
    and notices.kept_as is not null
    and not exists (
        select from raw.notices as others
        where others.kept_as = notices.kept_as and others.load_id <> all(%(load_ids)s::bigint[]) -- noqa: RF02
    )
    and not exists (
        select from raw.rejections
        where rejections.quarantine_key = notices.kept_as
    );
