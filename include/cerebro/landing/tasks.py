"""The task that finds new objects in the landing zone."""

from __future__ import annotations

from airflow.sdk import get_current_context, task

from include.cerebro.landing import discovery
from include.cerebro.platform import connections
from include.cerebro.platform.buckets import require_buckets
from include.cerebro.platform.names import LANDING_BUCKET_VARIABLE
from include.cerebro.platform.object_store import XComRow
from include.cerebro.platform.settings import read_settings, variable


@task(task_display_name="Find what is new")
def discover() -> list[list[XComRow]]:
    """List the landing zone and find what the ledger does not hold: hero and mission files, batches of biometrics."""
    store, bucket, settings = connections.object_store(), connections.landing_bucket(), read_settings()
    written = {getattr(settings, name): variable(name) for name in ("quarantine_bucket", "reports_bucket")}
    require_buckets(store, {bucket: f"the Airflow Variable {LANDING_BUCKET_VARIABLE}"}, written)
    found = discovery.discover(store, bucket, connections.warehouse(), settings)
    task_instance = get_current_context()["ti"]
    task_instance.xcom_push("heroes", [stored.for_xcom() for stored in found.heroes])
    task_instance.xcom_push("missions", [stored.for_xcom() for stored in found.missions])
    # A task can only be mapped over what another one returns, so that is the batches; the rest are XComs of their own.
    return [[stored.for_xcom() for stored in batch] for batch in found.biometrics]
