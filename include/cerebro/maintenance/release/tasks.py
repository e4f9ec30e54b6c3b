"""The tasks of cerebro_release."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.maintenance import audit
from include.cerebro.platform import connections
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import read_landing_zones


@task(task_display_name="Decide about the rows")
def decide() -> dict[str, Any]:
    """Release or discard the rows that the Params name, in one transaction; a dry run says what it would do."""
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
    deciding = Deciding(zones, lambda zone: open_site(zone, warehouse, settings, run_id), warehouse)
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        audit.begin(cursor, action)
        connection.commit()
        if not is_dry_run:
            return deciding.decide(decision, lambda its_cursor, outcome: audit.finish(its_cursor, action, outcome))
        outcome = deciding.preview(decision)
        audit.finish(cursor, action, outcome)
        connection.commit()
    return outcome


@task(task_display_name="Announce the rows", outlets=[LANDING_ZONE])
def announce(outcome: dict[str, Any]) -> None:
    """Trigger cerebro_restore, which transforms what was released."""
    if get_current_context()["params"]["dry_run"] or not outcome["rows_released"]:
        raise AirflowSkipException("Nothing was released")
