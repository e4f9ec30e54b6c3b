-- The rejected rows of a load by reason: how many, where they are kept, and how many of them were discarded.
select
    rejections.reason,
    rejections.rows,
    rejections.quarantine_key,
    -- Discarded rows may have left with their hero since.
    least(coalesce((
        select sum(decisions.rows)::bigint
        from raw.quarantine_decisions as decisions
        where
            decisions.load_id = rejections.load_id
            and decisions.reason = rejections.reason
            and decisions.action = 'discard'
    ), 0), rejections.rows) as discarded
from raw.rejections
where rejections.load_id = %(load_id)s;
