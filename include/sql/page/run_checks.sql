-- The checks of conservation of the last runs, the latest first.
select
    run_checks.dag_run_id,
    run_checks.checked_at,
    run_checks.readings_in,
    run_checks.readings_in_facts,
    run_checks.readings_rejected,
    run_checks.readings_erased,
    run_checks.readings_retired,
    run_checks.difference,
    run_checks.is_conserved
from operations.run_checks
order by run_checks.checked_at desc
limit %(limit)s;
