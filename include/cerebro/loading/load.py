"""A load of objects of any dataset, from a landing zone of this deployment."""

from __future__ import annotations

from collections.abc import Sequence

from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.loading.records import RecordLoader
from include.cerebro.loading.result import LoadResult
from include.cerebro.loading.site import LoadSite
from include.cerebro.platform import connections
from include.cerebro.platform.names import MINIO_CONN_ID
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import BIOMETRICS
from include.cerebro.zones.landing_zones import LandingZone


def open_site(zone: LandingZone, warehouse: Warehouse, settings: Settings, dag_run_id: str) -> LoadSite:
    """Return what a load of a landing zone needs: its store, and that of the quarantine."""
    store = connections.object_store(zone.connection)
    quarantine_store = store if zone.connection == MINIO_CONN_ID else connections.object_store()
    return LoadSite(zone, store, warehouse, settings, dag_run_id, quarantine_store)


def load(dataset: str, site: LoadSite, objects: Sequence[StoredObject]) -> LoadResult:
    """Load objects of a dataset. Raises as the dataset's loader."""
    loader = BiometricsLoader(site) if dataset == BIOMETRICS.name else RecordLoader(dataset, site)
    return loader.load(objects)
