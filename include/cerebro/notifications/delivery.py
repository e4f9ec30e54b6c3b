"""Sends alerts to the webhook of the Airflow connection ``cerebro_alerts``, and deduplicates them.

Without the connection (type ``slackwebhook``, the address as its password) nothing is sent. An alert never fails a run:
a failure to send is a warning in the log, without the address. The same trouble is sent once, again after
``CEREBRO_ALERT_REPEAT_HOURS`` while it lasts, and once more when it is over; ``meta.alerts`` keeps what was sent last.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from include.cerebro.notifications.alert import Alert
from include.cerebro.platform import connections
from include.cerebro.platform.names import ALERTS_CONN_ID, TRANSFORMER_ROLE
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

log = logging.getLogger(__name__)

# The receiver's time to answer.
TIMEOUT_SECONDS = 10


def is_configured() -> bool:
    """Return whether there is a receiver; log it if there is none."""
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        BaseHook.get_connection(ALERTS_CONN_ID)
    except AirflowNotFoundException:
        log_not_configured()
        return False
    return True


def send(alert: Alert, settings: Settings, timeout_seconds: int = TIMEOUT_SECONDS) -> None:
    """Send an alert unless the same one was sent lately. Logs a warning if that fails; never raises.

    Args:
        alert: the alert.
        settings: how often lasting trouble is repeated.
        timeout_seconds: the receiver's time to answer.
    """
    last, is_recent = _last_sent(alert.kind, settings.alert_repeat_hours)
    if last == alert.fingerprint and (is_recent or not last):
        log.info("Deduplicated: %s", alert.headline)
        return
    try:
        hook(timeout_seconds).send(text=alert.text)
    except Exception as error:  # noqa: BLE001 - an alert never fails a run
        log_unsent(alert, error)
    else:
        log.info("Sent: %s", alert.headline)
        _record_sent(alert)


def hook(timeout_seconds: int = TIMEOUT_SECONDS) -> SlackWebhookHook:
    """Return the hook of the connection. It does not retry: the receiver of a lost alert gets the next one."""
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

    return SlackWebhookHook(slack_webhook_conn_id=ALERTS_CONN_ID, timeout=timeout_seconds, retry_handlers=[])


def log_not_configured() -> None:
    """Log that alerts have no receiver."""
    log.info("No alert is sent: there is no Airflow connection %s. Create it to be notified.", ALERTS_CONN_ID)


def log_unsent(alert: Alert, error: Exception) -> None:
    """Log that an alert could not be sent."""
    # The class only: the text of such an error may hold the address, and whoever has the address can send.
    log.warning(
        "Not sent (%s): %s. Check the Airflow connection %s and its receiver.",
        type(error).__name__,
        alert.headline,
        ALERTS_CONN_ID,
    )


def _last_sent(kind: str, repeat_hours: int) -> tuple[str, bool]:
    """Return the fingerprint of the last alert of a kind, and whether it is too recent to be repeated."""
    try:
        with connections.warehouse().connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
            cursor.execute(read_sql("notifications/last_sent.sql"), {"kind": kind, "repeat_hours": repeat_hours})
            fingerprint, is_recent = cursor.fetchone() or ("", False)
            return (fingerprint, is_recent)
    except Exception as error:  # noqa: BLE001 - at worst the alert is sent twice
        log.warning(
            "The last alert cannot be read (%s), so this one may be sent twice",
            type(error).__name__,
        )
        return ("", False)


def _record_sent(alert: Alert) -> None:
    try:
        with connections.warehouse().connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
            parameters = {"kind": alert.kind, "fingerprint": alert.fingerprint}
            cursor.execute(read_sql("notifications/record_sent.sql"), parameters)
            connection.commit()
    except Exception as error:  # noqa: BLE001 - at worst the alert is sent twice
        log.warning(
            "The alert cannot be recorded (%s), so it may be sent again",
            type(error).__name__,
        )
