"""The tasks of cerebro_release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.maintenance import audit
from include.cerebro.maintenance.approval import approved_by, page_address
from include.cerebro.platform import connections
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import read_landing_zones

if TYPE_CHECKING:
    from include.cerebro.maintenance.release.request import Decision
    from include.cerebro.maintenance.release.run import Deciding


@task(task_display_name="What would happen?")
def preview() -> dict[str, Any]:
    """Count what would become of the rows, change nothing, and note that somebody asks for the decision."""
    from include.cerebro.maintenance.release.question import question

    decision, action, deciding = _request()
    held, outcome = deciding.preview(decision)
    with connections.warehouse().connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        audit.begin(cursor, action)
        if action.is_dry_run:
            audit.finish(cursor, action, outcome)
        connection.commit()
    return {**outcome, "load_id": held.load_id, "question": question(decision, held, outcome, page_address())}


@task(task_display_name="Decide about the rows")
def decide(previewed: dict[str, Any]) -> dict[str, Any]:
    """Release or discard the rows, in one transaction: those of the load that was looked at."""
    decision, action, deciding = _request()
    approver = approved_by()
    return deciding.decide(
        # Another load of the object may be in force by now. It is not what was approved.
        decision._replace(load_id=previewed["load_id"]),
        lambda cursor, outcome: audit.finish(cursor, action, {**outcome, **approver}),
    )


@task(task_display_name="Announce the rows", outlets=[LANDING_ZONE])
def announce(outcome: dict[str, Any]) -> None:
    """Trigger cerebro_restore, which transforms what was released."""
    if not outcome["rows_released"]:
        raise AirflowSkipException("Nothing was released")


def _request() -> tuple[Decision, audit.Action, Deciding]:
    # Imported here: reading a DAG file must not load DuckDB.
    from include.cerebro.loading.load import open_site
    from include.cerebro.maintenance.release.request import Decision
    from include.cerebro.maintenance.release.run import Deciding

    context, settings, warehouse = get_current_context(), read_settings(), connections.warehouse()
    params, run_id = dict(context["params"]), context["run_id"]
    requested_by = context["dag_run"].triggering_user_name or ""
    decision = Decision.from_params(params, requested_by, run_id)
    why, is_dry_run = str(params.pop("why")), bool(params.pop("dry_run"))
    action = audit.Action(decision.action, run_id, requested_by, why, params, is_dry_run)
    zones = read_landing_zones(settings, connections.landing_bucket())
    return decision, action, Deciding(zones, lambda zone: open_site(zone, warehouse, settings, run_id), warehouse)
