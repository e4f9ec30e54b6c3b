set local role cerebro_transformer;

create or replace view operations.rules_versions as
with successors as (
    select supersedes from raw.loads
    where supersedes is not null
)

select
    loads.landing_zone,
    loads.dataset,
    loads.rules_version,
    count(*) as objects,
    sum(loads.rows_loaded)::bigint as rows_loaded,
    sum(loads.rows_rejected)::bigint as rows_rejected,
    min(loads.loaded_at) as first_loaded_at,
    max(loads.loaded_at) as last_loaded_at
from raw.loads
left join successors on loads.load_id = successors.supersedes
where loads.status = 'loaded' and successors.supersedes is null
group by loads.landing_zone, loads.dataset, loads.rules_version;

comment on view operations.rules_versions is
    'One row per landing zone, dataset and version of the rules that judged what is in force. The DAG '
    'cerebro_reprocess loads what older rules judged once more.';
comment on column operations.rules_versions.landing_zone is 'The name of the landing zone.';
comment on column operations.rules_versions.dataset is 'The dataset: heroes, missions or biometrics.';
comment on column operations.rules_versions.rules_version is
    'The version of the rules; null for loads of an early release, which kept none.';
comment on column operations.rules_versions.objects is 'The number of objects in force.';
comment on column operations.rules_versions.rows_loaded is 'The number of their rows in force.';
comment on column operations.rules_versions.rows_rejected is 'The number of their rejected rows.';
comment on column operations.rules_versions.first_loaded_at is 'When the first of them was loaded.';
comment on column operations.rules_versions.last_loaded_at is 'When the last of them was loaded.';

reset role;
