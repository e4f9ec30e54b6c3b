"""The task that finds new objects in the landing zones."""

from __future__ import annotations

from airflow.sdk import get_current_context, task

from include.cerebro.landing import discovery
from include.cerebro.landing.arrival_trigger import listed_key
from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.landing.batches import XComParcel
from include.cerebro.platform import connections
from include.cerebro.platform.buckets import require_buckets
from include.cerebro.platform.settings import read_settings, variable
from include.cerebro.zones.landing_zones import read_landing_zones
from include.cerebro.zones.places import Place

# The settings that name buckets which the pipeline writes to.
WRITTEN = ("quarantine_bucket", "reports_bucket")


@task(task_display_name="Find what is new", inlets=[LANDING_ZONE])
def discover() -> list[XComParcel]:
    """List the landing zones and find what the ledger does not hold: hero and mission files, batches of biometrics."""
    settings = read_settings()
    context = get_current_context()
    written = {Place.parse(getattr(settings, name)).bucket: variable(name) for name in WRITTEN}
    require_buckets(connections.object_store(), {}, written)
    found = discovery.discover(
        read_landing_zones(settings, connections.landing_bucket()),
        connections.object_store,
        connections.warehouse(),
        settings,
        context["run_id"],
    )
    for zone, listed in found.listed.items():
        context["asset_state_store"].set(listed_key(zone), listed.for_state())
    task_instance = context["ti"]
    task_instance.xcom_push("heroes", [parcel.for_xcom() for parcel in found.heroes])
    task_instance.xcom_push("missions", [parcel.for_xcom() for parcel in found.missions])
    # A task can only be mapped over what another one returns, so that is the batches; the rest are XComs of their own.
    return [parcel.for_xcom() for parcel in found.biometrics]
