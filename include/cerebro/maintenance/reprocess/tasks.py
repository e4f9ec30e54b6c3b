"""The tasks of cerebro_reprocess."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.maintenance import audit
from include.cerebro.platform import connections
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import read_landing_zones

if TYPE_CHECKING:
    from include.cerebro.maintenance.reprocess.archived import Restoring
    from include.cerebro.maintenance.reprocess.run import Reprocessing


@task(task_display_name="Choose the loads")
def choose() -> dict[str, int]:
    """Count what the Params mean: objects, bytes and rows, or months of the archive. A dry run ends here."""
    summary = _work().summary()
    action = _action()
    with connections.warehouse().connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        audit.begin(cursor, action)
        if action.is_dry_run:
            audit.finish(cursor, action, summary)
        connection.commit()
    return summary


@task(task_display_name="Load again")
def load_again() -> dict[str, Any]:
    """Load the chosen objects once more, or bring months back from the archive. A retry goes on where it was."""
    action = _action()
    if action.is_dry_run:
        raise AirflowSkipException("A dry run: nothing is loaded")
    outcome = _work().run()
    with connections.warehouse().connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        audit.finish(cursor, action, outcome)
        connection.commit()
    return outcome


@task(task_display_name="Announce the loads", outlets=[LANDING_ZONE])
def announce(outcome: dict[str, Any]) -> None:
    """Trigger cerebro_restore, which transforms what was loaded."""
    if not outcome["objects"]:
        raise AirflowSkipException("Nothing was loaded")


@task(task_display_name="Any refused objects?", trigger_rule="none_failed")
def check_refused(outcome: dict[str, Any] | None) -> None:
    """Fail if today's rules refuse objects that are in force; their loads stay."""
    from include.cerebro.maintenance.reprocess.run import raise_refused

    raise_refused(outcome or {})


def _work() -> Reprocessing | Restoring:
    # Imported here: reading a DAG file must not load DuckDB.
    from include.cerebro.loading.load import open_site
    from include.cerebro.maintenance.reprocess.archived import ARCHIVE, Restoring, first_month
    from include.cerebro.maintenance.reprocess.choice import Choice
    from include.cerebro.maintenance.reprocess.run import Reprocessing

    context, settings = get_current_context(), read_settings()
    run_id, params, warehouse = context["run_id"], context["params"], connections.warehouse()
    if params["source"] == ARCHIVE:
        first = first_month(params, settings, datetime.now(UTC))
        return Restoring(first, settings, connections.object_store(), warehouse, run_id)
    zones = read_landing_zones(settings, connections.landing_bucket())
    choice = Choice.from_params(params)
    return Reprocessing(choice, zones, lambda zone: open_site(zone, warehouse, settings, run_id), warehouse, run_id)


def _action() -> audit.Action:
    context = get_current_context()
    params = dict(context["params"])
    reason, is_dry_run = str(params.pop("reason")), bool(params.pop("dry_run"))
    requested_by = context["dag_run"].triggering_user_name or ""
    return audit.Action("reprocess", context["run_id"], requested_by, reason, params, is_dry_run)
