"""
### Cerebro Restore

Takes up whatever is new in the landing zone and brings the warehouse up to date.

1. **prepare_warehouse** creates what is missing of roles, schemas and tables.
2. **discover** compares the landing zone's listing with the ledger, `raw.loads`.
3. **load** copies new heroes and missions as they are, and biometrics as one-minute aggregates that DuckDB makes
   while it reads the Parquet from S3: one task a batch of objects. Each load commits together with its ledger row.
4. **transform** builds staging, marts and analytics with dbt: one task a model. Skipped if there is nothing new.
5. **reconcile** checks that no reading was lost, **publish_answers** answers the two questions, and **check_objects**
   names the objects that are broken: the run is red then, though everything else was loaded and transformed.
   **publish_report** writes what the page Cerebro shows to a file, `report.html` in the bucket `cerebro-reports`.
6. **check_sources** tells people of a source that is stale, and of too many rejected rows; the run stays green.

Runs every hour, when the asset `cerebro_landing_zone` was updated, and by hand. A run on an unchanged landing zone
changes nothing. A broken object: see its error in this run's **check_objects**, deliver it again under the same key,
and the next run takes it up.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from airflow.sdk import AssetOrTimeSchedule, CronTriggerTimetable, chain, dag, get_current_context, task, task_group

from include.cerebro.loading.operator import load_records, load_task
from include.cerebro.notifications.alerts import run_alerts
from include.cerebro.orchestration.assets import LANDING_ZONE
from include.cerebro.transforming.task_group import transformation


@task(task_display_name="Prepare the warehouse")
def prepare_warehouse() -> None:
    """Create what is missing of roles, schemas and raw tables. Does nothing where all is there."""
    from include.cerebro.platform import connections
    from include.cerebro.schema import setup

    setup.prepare_warehouse(connections.warehouse())


@task(task_display_name="Find what is new")
def discover() -> list[list[list[Any]]]:
    """List the landing zone and find what the ledger does not have: hero and mission files, batches of biometrics."""
    from include.cerebro.landing import discovery as landing_zone
    from include.cerebro.platform import connections

    found = landing_zone.discover(connections.object_store(), connections.landing_bucket(), connections.warehouse())
    task_instance = get_current_context()["ti"]
    task_instance.xcom_push("heroes", [list(stored) for stored in found.heroes])
    task_instance.xcom_push("missions", [list(stored) for stored in found.missions])
    # Tasks can only be mapped over what a task returns, so the batches are that; the others are XComs of their own.
    return [[list(stored) for stored in batch] for batch in found.biometrics]


@load_task("heroes", task_display_name="Heroes")
def heroes(objects: list[list[Any]]) -> dict[str, Any]:
    """Copy every record of the new hero files into raw.heroes."""
    return load_records("heroes", objects)


@load_task("missions", task_display_name="Missions")
def missions(objects: list[list[Any]]) -> dict[str, Any]:
    """Copy every record of the new mission logs into raw.missions."""
    return load_records("missions", objects)


@load_task("biometrics", task_display_name="Biometrics", map_index_template="{{ batch_name }}")
def biometrics(batch: list[list[Any]]) -> dict[str, Any]:
    """Aggregate a batch of biometrics objects to one minute in DuckDB and copy the minutes into raw.biometrics."""
    from include.cerebro.landing.batches import describe
    from include.cerebro.loading.biometrics import BiometricsLoader
    from include.cerebro.platform import connections
    from include.cerebro.platform.object_store import StoredObject

    objects = [StoredObject(*stored) for stored in batch]
    context = get_current_context()
    context["batch_name"] = describe(objects)
    loader = BiometricsLoader(
        connections.object_store(), connections.landing_bucket(), connections.warehouse(), context["run_id"]
    )
    return loader.load(objects).as_dict()


@task.short_circuit(
    task_display_name="Anything to transform?", ignore_downstream_trigger_rules=False, trigger_rule="all_done"
)
def anything_to_transform() -> dict[str, Any] | None:
    """Go on to dbt if there are loads that it has not seen, if the project changed, or if a table is missing."""
    from include.cerebro.platform import connections
    from include.cerebro.transforming import state as transformation_state

    return transformation_state.transformation_needed(connections.warehouse())


@task(task_display_name="Note what was built")
def record_transformation(state: dict[str, Any]) -> None:
    """Remember what was transformed, so that the next run need not do it again."""
    from include.cerebro.platform import connections
    from include.cerebro.transforming import state as transformation_state

    transformation_state.record_transformation(connections.warehouse(), state)


@task(task_display_name="Every reading there?", trigger_rule="all_done")
def reconcile() -> dict[str, int]:
    """Check that every reading that came in is in fact_biometrics or was rejected; see meta.reconciliations."""
    from include.cerebro.checking import conservation
    from include.cerebro.platform import connections

    return conservation.check_conservation(connections.warehouse(), get_current_context()["run_id"])


@task(task_display_name="Answer both questions", trigger_rule="none_failed")
def publish_answers() -> dict[str, Any]:
    """Answer the two questions, with the rights of an analyst. Red, like the run, if anything before it failed."""
    from include.cerebro.checking import answers
    from include.cerebro.platform import connections

    return answers.read_answers(connections.warehouse())


@task(task_display_name="Publish the report", trigger_rule="all_done")
def publish_report() -> str:
    """Write report.html, also after a red run: what is broken is in it. Returns where it is."""
    from include.cerebro.page import report
    from include.cerebro.platform import connections

    return report.publish(connections.object_store(), connections.warehouse(), get_current_context()["run_id"])


@task(task_display_name="Any broken objects?", trigger_rule="all_done")
def check_objects() -> None:
    """Name the objects that could not be loaded, with what is wrong with them and what to do."""
    from include.cerebro.checking import objects
    from include.cerebro.platform import connections

    objects.check_objects(connections.warehouse(), get_current_context()["run_id"])


@task(task_display_name="Sources fresh, clean?", trigger_rule="all_done", retries=1)
def check_sources() -> dict[str, Any]:
    """Tell people of a source that is stale, and of too many rejected rows. No run is red for it."""
    from include.cerebro.checking import sources as source_checks
    from include.cerebro.platform import connections

    context = get_current_context()
    return source_checks.check_sources(connections.warehouse(), context["dag"].dag_id, context["run_id"])


@dag(
    schedule=AssetOrTimeSchedule(
        # With its default, False, Airflow 3.3.2 begins with the last full hour's run if that is under six minutes ago.
        timetable=CronTriggerTimetable("0 * * * *", timezone="UTC", run_immediately=timedelta(0)),
        assets=[LANDING_ZONE],
    ),
    catchup=False,
    is_paused_upon_creation=False,
    # One run at a time. Two would do no harm (the ledger sees to that), but the same work.
    max_active_runs=1,
    tags=["cerebro", "etlt"],
    doc_md=__doc__,
    **run_alerts(),
    default_args={
        "owner": "cerebro",
        "retries": 2,
        "retry_delay": timedelta(seconds=10),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=5),
    },
)
def cerebro_restore() -> None:
    """Landing zone to answers."""
    found = discover()

    @task_group(group_display_name="Load into raw", tooltip="New objects of the landing zone into the schema raw")
    def load() -> None:
        """New objects into raw."""
        heroes(found["heroes"])
        missions(found["missions"])
        biometrics.expand(batch=found)

    loads = load()
    state = anything_to_transform()
    transform = transformation("transform", group_display_name="Build with dbt", tooltip="staging, marts, analytics")
    reconciled = reconcile()
    # Red if anything before it failed, so that the run is.
    answers = publish_answers()

    chain(prepare_warehouse(), found, loads, state, transform, record_transformation(state), reconciled)
    chain([loads, transform, reconciled], answers)
    chain(reconciled, [publish_report(), check_objects()])
    chain(loads, check_sources())


cerebro_restore()
