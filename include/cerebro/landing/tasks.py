"""The tasks at both ends of a run: one finds new objects in the landing zones, one sees to those that wait."""

from __future__ import annotations

from airflow.sdk import Context, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing import discovery
from include.cerebro.landing.arrival_trigger import listed_key
from include.cerebro.landing.assets import BACKLOG, LANDING_ZONE
from include.cerebro.landing.backlog import backlog_after
from include.cerebro.landing.batches import BatchReference
from include.cerebro.landing.discovery import Start
from include.cerebro.landing.told import is_told
from include.cerebro.platform import connections
from include.cerebro.platform.buckets import require_buckets
from include.cerebro.platform.settings import read_settings, variable
from include.cerebro.zones.landing_zones import read_landing_zones
from include.cerebro.zones.places import Place

# The settings that name buckets which the pipeline writes to.
WRITTEN = ("quarantine_bucket", "reports_bucket")


@task(task_display_name="Find what is new", inlets=[LANDING_ZONE])
def discover() -> list[BatchReference]:
    """Find what the ledger does not hold: hero and mission files, batches of biometrics.

    A run that arrivals started looks at the objects that watchers told of; every other one lists the landing zones.
    """
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
        _start(context),
    )
    for zone, listed in found.listed.items():
        context["asset_state_store"].set(listed_key(zone), listed.for_state())
    task_instance = context["ti"]
    task_instance.xcom_push("heroes", [parcel.reference for parcel in found.heroes])
    task_instance.xcom_push("missions", [parcel.reference for parcel in found.missions])
    # A task can only be mapped over what another one returns, so that is the batches; the rest are XComs of their own.
    # They are numbers and names: what is in the batches is in the warehouse.
    return [parcel.reference for parcel in found.biometrics]


def _start(context: Context) -> Start:
    """Return what started the run: time, our own events alone, or a person or another program.

    Which objects watchers told of is in the warehouse, also of events that Airflow has not given to this run.
    """
    events = context["triggering_asset_events"]
    arrivals = [event for asset in events if asset.name != BACKLOG.name for event in events[asset]]
    if events and all(is_told((event.extra or {}).get("payload")) for event in arrivals):
        return Start.BY_ARRIVAL
    return Start.BY_TIME if context["dag_run"].run_type == "scheduled" else Start.BY_HAND


@task(task_display_name="Does anything wait?", trigger_rule="all_done", inlets=[LANDING_ZONE], outlets=[BACKLOG])
def continue_backlog() -> dict[str, int]:
    """Start the next run if new objects wait that this one did not take, and it was done with some of those it took."""
    context = get_current_context()
    waiting = backlog_after(connections.warehouse(), context["run_id"])
    if not waiting:
        raise AirflowSkipException("Nothing waits that the next run could load at once")
    context["outlet_events"][BACKLOG].extra = {**waiting}
    return waiting
