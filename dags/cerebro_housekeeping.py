"""
### Cerebro housekeeping

Once a day, what is left behind and nobody else removes in time.

- **remove_temporary_folders**: folders of DuckDB and dbt that killed processes left on this worker, after two days.
- **remove_logs**: files of Airflow's log folder older than `CEREBRO_LOG_DAYS`.
- **vacuum**: tables of the warehouse of which more than a fiftieth has changed. Autovacuum waits for a fifth.

Airflow's own database is out of reach of tasks: `docs/how-to/keep-it-small.md` says what cleans it.
"""

from __future__ import annotations

from airflow.sdk import dag

from include.cerebro.maintenance.housekeeping.tasks import remove_logs, remove_temporary_folders, vacuum
from include.cerebro.orchestration.retries import task_defaults
from include.cerebro.platform.settings import read_settings


@dag(
    # At a quiet hour, and beside no full hour's run.
    schedule="40 3 * * *",
    catchup=False,
    is_paused_upon_creation=False,
    max_active_runs=1,
    default_args=task_defaults(read_settings().task_timeout_minutes),
    tags=["cerebro", "maintenance"],
    doc_md=__doc__,
    dag_display_name="Cerebro housekeeping",
)
def cerebro_housekeeping() -> None:
    """Three tasks that do not wait for each other."""
    remove_temporary_folders()
    remove_logs()
    vacuum()


cerebro_housekeeping()
