"""The tasks that check a run at its end, and publish the answers."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context, task

from include.cerebro.checking import answers, conservation, objects, overlaps, sources
from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import read_landing_zones


@task(task_display_name="Every reading there?", trigger_rule="all_done")
def reconcile() -> dict[str, int]:
    """Check that every reading that came in is in fact_biometrics or was rejected; see meta.reconciliations."""
    return conservation.check_conservation(connections.warehouse(), get_current_context()["run_id"])


@task(task_display_name="Any readings twice?", trigger_rule="all_done")
def find_overlaps() -> int:
    """Find objects that deliver the same readings; see operations.overlapping_objects. The run stays green."""
    return overlaps.find_overlaps(connections.warehouse())


@task(task_display_name="Answer both questions", trigger_rule="none_failed")
def publish_answers() -> dict[str, Any]:
    """Answer the two questions with the rights of an analyst. Red, like the run, if anything before it failed."""
    return answers.read_answers(connections.warehouse())


@task(task_display_name="Any broken objects?", trigger_rule="all_done")
def check_objects() -> None:
    """Name the objects and landing zones that could not be loaded, with what is wrong with them and what to do."""
    zones = read_landing_zones(read_settings(), connections.landing_bucket())
    objects.check_objects(connections.warehouse(), [zone.name for zone in zones], get_current_context()["run_id"])


@task(task_display_name="Sources fresh, clean?", trigger_rule="all_done", retries=1)
def check_sources() -> dict[str, list[str]]:
    """Send an alert for a stale source, too many rejected rows and unrecognised objects. The run stays green."""
    context, settings = get_current_context(), read_settings()
    zones = read_landing_zones(settings, connections.landing_bucket())
    return sources.check_sources(connections.warehouse(), zones, context["dag"].dag_id, context["run_id"], settings)
