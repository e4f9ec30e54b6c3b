"""Discovery: compares the landing zone with the ledger and returns what is new."""

from __future__ import annotations

import logging
from typing import NamedTuple

from include.cerebro.landing.arrivals import Fingerprint, fingerprint
from include.cerebro.landing.batches import pack
from include.cerebro.landing.datasets import DATASETS
from include.cerebro.landing.listing import list_dataset
from include.cerebro.ledger import loads
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


class Discovery(NamedTuple):
    """The new objects of the landing zone. ``biometrics`` is packed into batches, one for each load task.

    ``listed`` is the fingerprint of all objects, also of those that are not new.
    """

    heroes: list[StoredObject]
    missions: list[StoredObject]
    biometrics: list[list[StoredObject]]
    listed: Fingerprint


def discover(store: ObjectStore, bucket: str, warehouse: Warehouse, settings: Settings) -> Discovery:
    """Compare the landing zone with the ledger and return what is new.

    The cost is one listing (1,000 objects a request) and one query a dataset, whatever the history.
    """
    client = store.client()
    new: dict[str, list[StoredObject]] = {}
    listed = Fingerprint(0, 0)
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        for dataset in DATASETS:
            objects = list_dataset(client, bucket, dataset)
            listed += fingerprint(objects)
            new[dataset.name] = loads.new_objects(cursor, objects)
            log.info(
                "%s: %d objects in the landing zone, %d new (%.1f MB)",
                dataset.name,
                len(objects),
                len(new[dataset.name]),
                sum(stored.size_bytes for stored in new[dataset.name]) / 1e6,
            )
    batches = list(pack(new["biometrics"], settings.batch_bytes, settings.batch_objects))
    return Discovery(new["heroes"], new["missions"], batches, listed)
