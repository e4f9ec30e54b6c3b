"""Where the actions load: the landing zones of this deployment, each with its store and the quarantine's."""

from __future__ import annotations

from collections.abc import Callable

from include.cerebro.loading.site import LoadSite
from include.cerebro.platform import connections
from include.cerebro.platform.names import MINIO_CONN_ID
from include.cerebro.platform.settings import Settings
from include.cerebro.zones.landing_zones import LandingZone


def site_opener(settings: Settings, dag_run_id: str) -> Callable[[LandingZone], LoadSite]:
    """Return the function that returns what a load of a landing zone needs, for one run."""
    warehouse = connections.warehouse()

    def open_site(zone: LandingZone) -> LoadSite:
        store = connections.object_store(zone.connection)
        quarantine_store = store if zone.connection == MINIO_CONN_ID else connections.object_store()
        return LoadSite(zone, store, warehouse, settings, dag_run_id, quarantine_store)

    return open_site
