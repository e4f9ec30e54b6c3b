"""The task that finds new objects in the landing zone."""

from __future__ import annotations

from airflow.sdk import get_current_context, task

from include.cerebro.landing import discovery
from include.cerebro.landing.arrival_trigger import LISTED
from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.platform import connections
from include.cerebro.platform.object_store import XComRow
from include.cerebro.platform.settings import read_settings


@task(task_display_name="Find what is new", inlets=[LANDING_ZONE])
def discover() -> list[list[XComRow]]:
    """List the landing zone and find what the ledger does not hold: hero and mission files, batches of biometrics."""
    found = discovery.discover(
        connections.object_store(), connections.landing_bucket(), connections.warehouse(), read_settings()
    )
    context = get_current_context()
    context["asset_state_store"].set(LISTED, found.listed.for_state())
    task_instance = context["ti"]
    task_instance.xcom_push("heroes", [stored.for_xcom() for stored in found.heroes])
    task_instance.xcom_push("missions", [stored.for_xcom() for stored in found.missions])
    # A task can only be mapped over what another one returns, so that is the batches; the rest are XComs of their own.
    return [[stored.for_xcom() for stored in batch] for batch in found.biometrics]
