-- Whether the last finished transformation has seen the last horizon of the marts.
select
    coalesce(
        (
            select transformations.retention_id
            from meta.transformations
            order by transformations.finished_at desc
            limit 1
        ),
        0
    ) = coalesce(
        (
            select max(retentions.retention_id)
            from raw.retentions
            where retentions.layer = 'marts'
        ),
        0
    ) as is_applied;
