"""
### Cerebro Restore

Loads whatever is new in the landing zone and brings the warehouse up to date.

1. **prepare_warehouse** creates what is missing of roles, schemas and tables.
2. **discover** compares the landing zone's listing, or what arrivals told of, with the ledger, `raw.loads`.
3. **load** copies new heroes and missions as they are, and biometrics as one-minute aggregates that DuckDB computes
   from the Parquet in S3: one task a batch of objects. Each load commits together with its ledger row.
4. **transform** builds staging, marts and analytics with dbt: one task a model. It is skipped if nothing is new.
5. **reconcile** checks that no reading was lost, **publish_answers** answers the two questions, and **check_objects**
   names the broken objects: the run is red then, though everything else was loaded and transformed.
   **publish_report** writes the page Cerebro to a file, `report.html` in the bucket `cerebro-reports`.
6. **check_sources** sends an alert for a stale source and for too many rejected rows; the run stays green.
   **find_overlaps** notes which objects deliver the same readings.
   **continue_backlog** starts the next run if there was more than one run takes: the oldest objects come first.

The DAG runs within seconds of an object's arrival (a watcher updates the asset `cerebro_landing_zone`), every hour as
a safety net, and by hand. It is idempotent: a run on an
unchanged landing zone changes nothing. For a broken object, read its error in this run's **check_objects** and deliver
it again under the same key: the next run loads it.
"""

from __future__ import annotations

from datetime import timedelta

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, chain, dag, task_group

from include.cerebro.checking.tasks import check_objects, check_sources, find_overlaps, publish_answers, reconcile
from include.cerebro.landing.assets import BACKLOG, LANDING_ZONE
from include.cerebro.landing.tasks import continue_backlog, discover
from include.cerebro.loading.tasks import load_biometrics, load_heroes, load_missions
from include.cerebro.notifications.callbacks import run_alerts
from include.cerebro.orchestration.retries import task_defaults, within
from include.cerebro.page.tasks import publish_report
from include.cerebro.platform.settings import read_settings
from include.cerebro.schema.tasks import prepare_warehouse
from include.cerebro.transforming.task_group import transformation
from include.cerebro.transforming.tasks import anything_to_transform, record_transformation

SETTINGS = read_settings()


@dag(
    schedule=AssetOrTimeSchedule(
        # With the default, False, Airflow 3.3.2 starts with the last full hour's run if that is under six minutes ago.
        timetable=CronTriggerTimetable(SETTINGS.audit_schedule, timezone="UTC", run_immediately=timedelta(0)),
        assets=LANDING_ZONE | BACKLOG,
    ),
    catchup=False,
    is_paused_upon_creation=False,
    # Two runs at a time would be safe, thanks to the ledger, but would do the same work.
    max_active_runs=1,
    tags=["cerebro", "etlt"],
    doc_md=__doc__,
    **run_alerts(),
    default_args=task_defaults(SETTINGS.task_timeout_minutes),
)
def cerebro_restore() -> None:
    """Landing zone to answers."""
    found = discover()

    @task_group(
        group_display_name="Load into raw",
        tooltip="New objects of the landing zone into the schema raw",
        default_args=within(SETTINGS.load_timeout_minutes),
    )
    def load() -> None:
        """New objects into raw."""
        load_heroes(found["heroes"])
        load_missions(found["missions"])
        load_biometrics(found)

    loads = load()
    state = anything_to_transform()
    transform = transformation(
        "transform",
        group_display_name="Build with dbt",
        tooltip="staging, marts, analytics",
        default_args=within(SETTINGS.dbt_timeout_minutes),
    )
    recorded = record_transformation(state)
    reconciled = reconcile()
    # Red if anything before it failed, and so is the run.
    answers = publish_answers()

    ended = [publish_report(), check_objects(), continue_backlog()]
    chain(prepare_warehouse(), found, loads, state, transform)
    chain(transform, [recorded, reconciled])
    chain([loads, transform, recorded, reconciled], answers)
    for task in (recorded, reconciled):
        chain(task, ended)
    chain(loads, [check_sources(), find_overlaps()])


cerebro_restore()
