"""Alerts: people are told of runs and sources, by a webhook that speaks Slack's language.

The Airflow connection ``cerebro_alerts`` (type ``slackwebhook``, the address as its password) says where to; without it
nothing is sent. An alert never fails a run: what goes wrong with it is a warning in the log, without the address. The
same trouble is told once, again after CEREBRO_ALERT_REPEAT_HOURS as long as it lasts, and once more when it is over:
``meta.alerts`` remembers.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from airflow.sdk.bases.notifier import BaseNotifier
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert

from include.cerebro.notifications.deadlines import RunCreatedDeadline
from include.cerebro.platform import settings

log = logging.getLogger(__name__)

# Seconds that a receiver has to answer.
TIMEOUT = 10
# Slack folds longer messages, and refuses those of more than 40,000 characters.
LINES = 20
LINE_LENGTH = 500


class Alert(NamedTuple):
    """What people are told: a headline, a line for each detail, and where to look.

    ``about`` says what the trouble is: of one ``kind``, what is about the same is not told twice. Empty: it is over.
    """

    kind: str
    headline: str
    lines: Sequence[str] = ()
    url: str = ""
    about: str = ""

    @property
    def text(self) -> str:
        """The whole, as Slack's mrkdwn."""
        shown = [f"• {_escaped(line[:LINE_LENGTH])}" for line in self.lines[:LINES]]
        more = [f"• and {len(self.lines) - LINES} more"] if len(self.lines) > LINES else []
        link = [f"<{self.url}|Open it in Airflow>"] if self.url else []
        return "\n".join([f"*{_escaped(self.headline)}*", *shown, *more, *link])

    @property
    def fingerprint(self) -> str:
        """The same for the same trouble; empty when it is over."""
        return hashlib.sha256(self.about.encode()).hexdigest() if self.about else ""


class AlertNotifier(BaseNotifier):
    """Tells that a run is ``red``, ``green`` again or ``late``: for a DAG's callbacks and its deadline."""

    def __init__(self, kind: str, context: Any = None) -> None:
        super().__init__(context=context)
        self.kind = kind

    def notify(self, context: Any) -> None:
        """Tell how the run ended. Called in the DAG processor, where a DAG's callbacks run."""
        if is_configured():
            tell(red_run(context) if self.kind == "red" else green_run(context))

    async def async_notify(self, context: Any) -> None:
        """Tell that the run is late. Called in the triggerer, where a deadline's callback runs: once a run."""
        from airflow.sdk.exceptions import AirflowNotFoundException

        run = context["dag_run"]
        alert = late_run(run["dag_id"], run["dag_run_id"])
        try:
            await _hook().async_send(text=alert.text)
        except AirflowNotFoundException:
            _log_not_configured()
        except Exception as error:  # noqa: BLE001 - an alert must not do harm
            _log_unsent(alert, error)


def run_alerts() -> dict[str, Any]:
    """Return the arguments of a DAG whose runs are to be told of: red, green again, late."""
    return {
        "on_failure_callback": AlertNotifier("red"),
        "on_success_callback": AlertNotifier("green"),
        "deadline": DeadlineAlert(
            reference=RunCreatedDeadline(),
            interval=timedelta(minutes=settings.LATE_AFTER_MINUTES),
            callback=AsyncCallback(AlertNotifier, {"kind": "late"}),
        ),
    }


def red_run(context: Any) -> Alert:
    """Return what to tell of a failed run: the tasks that failed, and the objects that are broken with their remedy."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    states = RuntimeTaskInstance.get_task_states(dag_id=dag_id, run_ids=[run_id]).get(run_id, {})
    failed = sorted(task for task, state in states.items() if state == "failed")
    try:
        broken = _broken_objects(run_id, getattr(context.get("dag_run"), "start_date", None))
    except Exception as error:  # noqa: BLE001 - the warehouse may be the very trouble
        broken = [f"The warehouse cannot say which objects are broken: {type(error).__name__}"]
    lines = [f"Failed: {', '.join(failed) or context.get('reason')}", *broken]
    return Alert("run", f"{dag_id} is red: {run_id}", lines, _run_url(dag_id, run_id), about="\n".join(lines))


def green_run(context: Any) -> Alert:
    """Return what to tell of a run that succeeded, if the one before had not."""
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    return Alert("run", f"{dag_id} is green again", url=_run_url(dag_id, run_id))


def late_run(dag_id: str, run_id: str) -> Alert:
    """Return what to tell of a run that missed its deadline."""
    minutes = f"{settings.LATE_AFTER_MINUTES:g} minutes"
    return Alert(
        "late", f"{dag_id} is late: {run_id} is not done {minutes} after it was made", url=_run_url(dag_id, run_id)
    )


def is_configured() -> bool:
    """Whether there is anybody to tell."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        BaseHook.get_connection(settings.ALERTS_CONN_ID)
    except AirflowNotFoundException:
        _log_not_configured()
        return False
    return True


def tell(alert: Alert) -> None:
    """Send the alert, unless the same was told lately. Warns if that is impossible; never raises."""
    last, is_recent = _last_told(alert.kind)
    if last == alert.fingerprint and (is_recent or not last):
        log.info("Told before: %s", alert.headline)
        return
    try:
        _hook().send(text=alert.text)
    except Exception as error:  # noqa: BLE001 - an alert must not do harm
        _log_unsent(alert, error)
    else:
        log.info("Told: %s", alert.headline)
        _remember(alert)


def _hook() -> Any:
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

    # No retries: the receiver of a lost alert gets the next one.
    return SlackWebhookHook(slack_webhook_conn_id=settings.ALERTS_CONN_ID, timeout=TIMEOUT, retry_handlers=[])


def _last_told(kind: str) -> tuple[str, bool]:
    """The fingerprint of what was told last of this kind, and whether that is too recent to be told again."""
    from include.cerebro.platform.sql import read_sql

    parameters = {"kind": kind, "repeat_hours": settings.ALERT_REPEAT_HOURS}
    try:
        with _warehouse() as connection, connection.cursor() as cursor:
            cursor.execute(read_sql("notifications/last_sent.sql"), parameters)
            return cursor.fetchone() or ("", False)
    except Exception as error:  # noqa: BLE001 - at worst the same is told twice
        log.warning("What was told before is not known: %s", type(error).__name__)
        return ("", False)


def _remember(alert: Alert) -> None:
    from include.cerebro.platform.sql import read_sql

    try:
        with _warehouse() as connection, connection.cursor() as cursor:
            cursor.execute(
                read_sql("notifications/record_sent.sql"), {"kind": alert.kind, "fingerprint": alert.fingerprint}
            )
            connection.commit()
    except Exception as error:  # noqa: BLE001 - at worst the same is told twice
        log.warning("What was told cannot be remembered: %s", type(error).__name__)


def _warehouse() -> Any:
    from include.cerebro.platform import connections

    return connections.warehouse().connect(settings.TRANSFORMER_ROLE)


def _broken_objects(run_id: str, started_at: datetime | None) -> list[str]:
    from include.cerebro.platform.sql import read_sql

    with _warehouse() as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("notifications/broken_objects.sql"), {"dag_run_id": run_id, "started_at": started_at})
        return [error for (error,) in cursor.fetchall()]


def _run_url(dag_id: str, run_id: str) -> str:
    from include.cerebro.orchestration.links import run_url

    return run_url(dag_id, run_id)


def _escaped(text: str) -> str:
    """What Slack would take for markup, as it stands."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _log_not_configured() -> None:
    log.info("Nobody is told: there is no Airflow connection %s", settings.ALERTS_CONN_ID)


def _log_unsent(alert: Alert, error: Exception) -> None:
    # Only the class: the text of such an error may hold the address, and who has the address can send.
    log.warning("Could not be told (%s): %s", type(error).__name__, alert.headline)
