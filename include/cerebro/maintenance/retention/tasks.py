"""The tasks of cerebro_retention."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from airflow.sdk import get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.maintenance import audit
from include.cerebro.maintenance.archive import Archive
from include.cerebro.maintenance.retention import minutes, superseded
from include.cerebro.maintenance.retention.preview import preview
from include.cerebro.maintenance.retention.terms import Horizons, Terms
from include.cerebro.platform import connections
from include.cerebro.platform.buckets import require_buckets
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.settings import read_settings, variable
from include.cerebro.zones.places import Place

log = logging.getLogger(__name__)

# How often, and how long, a run waits for the transformation, in seconds.
POKE_SECONDS = 20
WAIT_SECONDS = 6 * 3600


@task.short_circuit(task_display_name="What is over?")
def choose() -> dict[str, int] | None:
    """Count what is older than the terms. A dry run, and a deployment without terms, end here."""
    settings = read_settings()
    terms, action = Terms.of(settings), _action()
    if archive := Archive.of(settings, connections.object_store()):
        require_buckets(archive.store, {}, {archive.place.bucket: variable("archive_bucket")})
    counts = preview(connections.warehouse(), terms.horizons(_now()))
    with connections.warehouse().connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        audit.begin(cursor, action)
        if action.is_dry_run or not any(terms):
            audit.finish(cursor, action, counts)
        connection.commit()
    log.info("Months kept, 0 is for ever: %s. Older than that: %s", terms._asdict(), counts)
    return counts if any(terms) and not action.is_dry_run else None


@task(task_display_name="Superseded loads leave")
def retire_superseded() -> dict[str, int]:
    """Delete the rows of loads that were superseded long ago. A retry goes on where it was."""
    return superseded.retire_superseded(connections.warehouse(), _horizons().superseded, _run_id())


@task(task_display_name="Rejected rows leave")
def retire_quarantine() -> dict[str, int]:
    """Remove old files of the quarantine. A retry goes on where it was."""
    # Imported here: reading a DAG file must not load boto3.
    from include.cerebro.maintenance.retention import quarantine

    place = Place.parse(read_settings().quarantine_bucket)
    store = connections.object_store()
    return quarantine.retire_quarantine(connections.warehouse(), store, place, _horizons().quarantine, _run_id())


@task(task_display_name="Move the horizon")
def move_horizon() -> bool:
    """Order the transformation to forget readings. Returns whether it has something to do."""
    return minutes.move_horizon(connections.warehouse(), _horizons().marts, _run_id())


@task(task_display_name="Start the main job", outlets=[LANDING_ZONE])
def announce(is_moved: bool) -> None:
    """Trigger cerebro_restore, which forgets the readings and checks that the books balance."""
    if not is_moved:
        raise AirflowSkipException("The marts have no older readings")


@task.sensor(
    task_display_name="Are the marts done?",
    mode="reschedule",
    poke_interval=POKE_SECONDS,
    timeout=WAIT_SECONDS,
    soft_fail=True,
    trigger_rule="none_failed",
)
def wait_for_marts() -> bool:
    """Wait for a finished transformation. If none comes, the minutes leave raw with a later run."""
    return minutes.is_applied(connections.warehouse())


@task(task_display_name="Minutes leave raw", trigger_rule="none_failed")
def drop_minutes() -> dict[str, int]:
    """Delete minutes of raw that the marts do not read any more; the archive has them first, if there is one."""
    archive = Archive.of(read_settings(), connections.object_store())
    return minutes.drop_minutes(connections.warehouse(), _horizons().minutes, _run_id(), archive)


@task(task_display_name="Note the outcome", trigger_rule="none_failed")
def record(*, superseded: dict[str, int], quarantine: dict[str, int], minutes: dict[str, int]) -> dict[str, Any]:
    """Note what has left in meta.maintenance_actions."""
    outcome = {"superseded": superseded, "quarantine": quarantine, "minutes": minutes}
    with connections.warehouse().connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        audit.finish(cursor, _action(), outcome)
        connection.commit()
    return outcome


def _now() -> datetime:
    return datetime.now(UTC)


def _horizons() -> Horizons:
    return Terms.of(read_settings()).horizons(_now())


def _run_id() -> str:
    return str(get_current_context()["run_id"])


def _action() -> audit.Action:
    context = get_current_context()
    params = context["params"]
    requested_by = context["dag_run"].triggering_user_name or "schedule"
    terms = Terms.of(read_settings())._asdict()
    return audit.Action("retain", _run_id(), requested_by, params["reason"], terms, params["dry_run"])
