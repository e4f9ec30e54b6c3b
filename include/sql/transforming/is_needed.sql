-- Whether a transformation is needed: false if the last one applied the present loads with the present dbt project.
select not exists (
    select from (
        select
            transformations.project_checksum,
            transformations.load_count,
            transformations.last_load_id,
            transformations.last_loaded_at
        from meta.transformations
        order by transformations.finished_at desc
        limit 1
    ) as last_transformation
    where
        last_transformation.project_checksum = %(project_checksum)s
        and (last_transformation.load_count, last_transformation.last_load_id, last_transformation.last_loaded_at)
        is not distinct from (%(load_count)s, %(last_load_id)s, %(last_loaded_at)s)
) as is_needed;
