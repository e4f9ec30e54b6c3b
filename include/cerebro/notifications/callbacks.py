"""The callbacks of a DAG's runs: a run is red, green again, or late."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, cast

from airflow.sdk import AsyncCallback, BaseNotifier, Context, DeadlineAlert  # type: ignore[attr-defined]  # the stub lacks them

from include.cerebro.ledger import failures
from include.cerebro.ledger.listings import listings_of_run
from include.cerebro.notifications import delivery
from include.cerebro.notifications.alert import Alert
from include.cerebro.notifications.deadlines import RunCreatedDeadline
from include.cerebro.notifications.slow_answers import slow_answers
from include.cerebro.orchestration.links import run_url
from include.cerebro.platform import connections
from include.cerebro.platform.names import DEFAULT_LANDING_BUCKET, TRANSFORMER_ROLE
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import read_landing_zones

log = logging.getLogger(__name__)


class AlertNotifier(BaseNotifier):
    """Notifies that a run is ``red``, ``green`` again or ``late``: for a DAG's callbacks and its deadline."""

    def __init__(self, kind: str, context: Context | None = None) -> None:
        super().__init__(context=context)
        self.kind = kind

    def notify(self, context: Context) -> None:
        """Notify how the run ended. The DAG processor calls this."""
        if delivery.is_configured():
            settings = read_settings()
            delivery.send(red_run(context) if self.kind == "red" else green_run(context), settings)
            if slow := _slow_answers(context):
                delivery.send(slow, settings)

    async def async_notify(self, context: Context) -> None:
        """Notify that the run is late. The triggerer calls this, once a run."""
        from airflow.sdk.exceptions import AirflowNotFoundException

        # A deadline's context is JSON: Airflow's type says an object here.
        run = cast("dict[str, str]", context["dag_run"])
        alert = late_run(run["dag_id"], run["dag_run_id"])
        try:
            await delivery.hook().async_send(text=alert.text)
        except AirflowNotFoundException:
            delivery.log_not_configured()
        except Exception as error:  # noqa: BLE001 - an alert does no harm
            delivery.log_unsent(alert, error)


def run_alerts() -> dict[str, Any]:
    """Return the arguments of a DAG whose runs are reported: red, green again, late."""
    return {
        "on_failure_callback": AlertNotifier("red"),
        "on_success_callback": AlertNotifier("green"),
        "deadline": DeadlineAlert(
            reference=RunCreatedDeadline(),
            interval=timedelta(minutes=read_settings().late_after_minutes),
            callback=AsyncCallback(AlertNotifier, {"kind": "late"}),
        ),
    }


def red_run(context: Context) -> Alert:
    """Return the alert of a failed run: its failed tasks, and the broken objects with their remedy."""
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    # Airflow leaves the task instance out if the run failed before it had one.
    task_instance = context.get("ti")
    states = task_instance.get_task_states(dag_id=dag_id, run_ids=[run_id]).get(run_id, {}) if task_instance else {}
    failed = sorted(task for task, state in states.items() if state == "failed")
    try:
        broken = broken_objects(run_id)
    except Exception as error:  # noqa: BLE001 - the warehouse may be the cause
        broken = [f"The broken objects are unknown, because the warehouse cannot be read: {type(error).__name__}"]
    lines = [f"Failed: {', '.join(failed) or context.get('reason')}", *broken]
    return Alert("run", f"{dag_id} is red: {run_id}", lines, run_url(dag_id, run_id), about="\n".join(lines))


def green_run(context: Context) -> Alert:
    """Return the alert of a run that succeeded; it is sent if the run before had failed."""
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    return Alert("run", f"{dag_id} is green again", url=run_url(dag_id, run_id))


def late_run(dag_id: str, run_id: str) -> Alert:
    """Return the alert of a run that missed its deadline."""
    minutes = f"{read_settings().late_after_minutes:g} minutes"
    headline = f"{dag_id} is late: {run_id} is not done {minutes} after it was created"
    return Alert("late", headline, url=run_url(dag_id, run_id))


def _slow_answers(context: Context) -> Alert | None:
    """Return the alert of slow answers; none if the warehouse cannot be read, which the run's own alert says."""
    minutes = read_settings().answer_within_minutes
    try:
        return slow_answers(connections.warehouse(), context["dag"].dag_id, context["run_id"], minutes)
    except Exception:
        log.warning("Whether answers were slow is unknown, because the warehouse cannot be read", exc_info=True)
        return None


def broken_objects(run_id: str) -> list[str]:
    """Return the errors of the landing zones that a run could not list, and of all objects that are broken now."""
    # Only their names are of interest here.
    zones = read_landing_zones(read_settings(), DEFAULT_LANDING_BUCKET)
    with connections.warehouse().connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        unlisted = [listing.error for listing in listings_of_run(cursor, run_id) if listing.error]
        return unlisted + [failure.line for failure in failures.unresolved(cursor, [zone.name for zone in zones])]
