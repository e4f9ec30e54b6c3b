-- What has left each layer in all, and its last horizon; none if the marts have all that raw has.
select
    layers.layer,
    layers.objects,
    layers.rows,
    layers.retired_at,
    case when isfinite(last_ones.horizon) then last_ones.horizon end as horizon
from (
    select
        retentions.layer,
        sum(retentions.objects)::bigint as objects,
        sum(retentions.rows)::bigint as rows,
        max(retentions.retired_at) as retired_at,
        max(retentions.retention_id) as last_id
    from operations.retentions
    group by retentions.layer
) as layers
inner join operations.retentions as last_ones on layers.last_id = last_ones.retention_id
order by layers.layer;
