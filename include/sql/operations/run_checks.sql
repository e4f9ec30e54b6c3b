set local role cerebro_transformer;

create or replace view operations.run_checks as
select
    dag_run_id,
    checked_at,
    readings_in,
    readings_in_facts,
    readings_rejected,
    readings_erased,
    readings_retired,
    difference,
    difference = 0 as is_conserved
from meta.reconciliations;

comment on view operations.run_checks is
    'One row per run of the main job with its conservation check: ingested readings equal those in fact_biometrics '
    'plus the rejected, the erased and the retired ones. A run that fails the check has its row, too.';
comment on column operations.run_checks.dag_run_id is 'The id of the run.';
comment on column operations.run_checks.checked_at is 'When the check ran, at the end of the run.';
comment on column operations.run_checks.readings_in is 'The number of readings in the current loads.';
comment on column operations.run_checks.readings_in_facts is 'The number of readings in fact_biometrics.';
comment on column operations.run_checks.readings_rejected is 'The number of rejected readings.';
comment on column operations.run_checks.readings_erased is 'The number of readings of heroes who were forgotten.';
comment on column operations.run_checks.readings_retired is
    'The number of readings before the horizon of the retention.';
comment on column operations.run_checks.difference is
    'The number of missing readings; negative if some are there twice.';
comment on column operations.run_checks.is_conserved is 'Whether the difference is 0.';

reset role;
