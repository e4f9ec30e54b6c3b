"""Discovery: compares the landing zone with the ledger."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from include.cerebro.landing.batches import pack
from include.cerebro.landing.datasets import DATASETS, Dataset
from include.cerebro.landing.listing import list_objects
from include.cerebro.ledger import loads
from include.cerebro.platform import settings
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


class Discovery(NamedTuple):
    """The new objects of the landing zone. ``biometrics`` is packed into batches, one for each load task."""

    heroes: list[StoredObject]
    missions: list[StoredObject]
    biometrics: list[list[StoredObject]]


def listed(client: Any, bucket: str, dataset: Dataset) -> list[StoredObject]:
    """Return all objects of the dataset. What lies among them under another name is named in the log."""
    found, others = [], []
    # The key without its extension is a prefix of the single file and of the folder: one listing for both.
    for stored in list_objects(client, bucket, dataset.folder.rstrip("/")):
        if dataset.owns(stored.key):
            found.append(stored)
        elif stored.key.startswith(dataset.folder) and not stored.key.endswith("/"):
            others.append(stored.key)
    if others:
        log.warning(
            "%d objects under %s are not %s files and are left alone, the first of them: %s",
            len(others),
            dataset.folder,
            dataset.extension,
            ", ".join(others[:5]),
        )
    return found


def discover(store: ObjectStore, bucket: str, warehouse: Warehouse) -> Discovery:
    """Compare the landing zone with the ledger and return what is new.

    Costs one listing (1,000 objects a request) and one query a dataset, whatever the history.
    """
    client = store.client()
    new: dict[str, list[StoredObject]] = {}
    with warehouse.connect(settings.LOADER_ROLE) as connection, connection.cursor() as cursor:
        for dataset in DATASETS:
            objects = listed(client, bucket, dataset)
            new[dataset.name] = loads.new_objects(cursor, objects)
            log.info(
                "%s: %d objects in the landing zone, %d new (%.1f MB)",
                dataset.name,
                len(objects),
                len(new[dataset.name]),
                sum(stored.size_bytes for stored in new[dataset.name]) / 1e6,
            )
    return Discovery(new["heroes"], new["missions"], list(pack(new["biometrics"])))
