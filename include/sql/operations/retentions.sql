set local role cerebro_transformer;

create or replace view operations.retentions as
select
    retention_id,
    retired_at,
    layer,
    horizon,
    objects,
    rows,
    dag_run_id
from raw.retentions;

comment on view operations.retentions is
    'One row per run of cerebro_retention, layer and horizon: what has left because its term was over.';
comment on column operations.retentions.retention_id is 'The id. Later ones are higher.';
comment on column operations.retentions.retired_at is 'When it left. For the marts, when the transformation was told.';
comment on column operations.retentions.layer is
    'The layer: marts, minutes (of raw), superseded (loads) or quarantine.';
comment on column operations.retentions.horizon is
    'What is older has left the layer; -infinity if the marts have all that raw has.';
comment on column operations.retentions.objects is
    'The number of loads that lost rows, or of files of the quarantine; 0 for the marts.';
comment on column operations.retentions.rows is
    'The number of minutes, records or rejected rows that left; 0 for the marts.';
comment on column operations.retentions.dag_run_id is 'The id of the run.';

reset role;
