"""What belongs to the landing zone, what of it is new, and how new objects are packed into batches."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from include.cerebro import ledger, settings
from include.cerebro.object_store import ObjectStore, StoredObject, list_objects
from include.cerebro.warehouse import Warehouse

log = logging.getLogger(__name__)


class Dataset(NamedTuple):
    """Where the objects of a dataset are: a single file, a folder, or both."""

    name: str
    single_file: str
    folder: str
    extension: str

    def owns(self, key: str) -> bool:
        """Whether the object with this key belongs to the dataset."""
        return key == self.single_file or (key.startswith(self.folder) and key.endswith(self.extension))


HEROES = Dataset("heroes", "heroes.csv", "heroes/", ".csv")
MISSIONS = Dataset("missions", "mission_logs.json", "mission_logs/", ".json")
BIOMETRICS = Dataset("biometrics", "biometrics.parquet", "biometrics/", ".parquet")
DATASETS = (HEROES, MISSIONS, BIOMETRICS)


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


def pack(
    objects: Iterable[StoredObject],
    batch_bytes: int = settings.BATCH_BYTES,
    batch_objects: int = settings.BATCH_OBJECTS,
) -> Iterator[list[StoredObject]]:
    """Pack the objects, in the order given, into batches of at most so many bytes and objects (at least one each)."""
    batch: list[StoredObject] = []
    size = 0
    for stored in objects:
        if batch and (size + stored.size_bytes > batch_bytes or len(batch) == batch_objects):
            yield batch
            batch, size = [], 0
        batch.append(stored)
        size += stored.size_bytes
    if batch:
        yield batch


def describe(batch: Sequence[StoredObject]) -> str:
    """Name a batch of at least one object for people: a single object by its key."""
    size = sum(stored.size_bytes for stored in batch) / 1e6
    if len(batch) == 1:
        return f"{batch[0].key}, {size:.1f} MB"
    return f"{len(batch)} objects, {size:.1f} MB, from {batch[0].key}"


def discover(store: ObjectStore, bucket: str, warehouse: Warehouse) -> Discovery:
    """Compare the landing zone with the ledger and return what is new.

    Costs one listing (1,000 objects a request) and one query a dataset, whatever the history.
    """
    client = store.client()
    new: dict[str, list[StoredObject]] = {}
    with warehouse.connect(settings.LOADER_ROLE) as connection, connection.cursor() as cursor:
        for dataset in DATASETS:
            objects = listed(client, bucket, dataset)
            new[dataset.name] = ledger.new_objects(cursor, objects)
            log.info(
                "%s: %d objects in the landing zone, %d new (%.1f MB)",
                dataset.name,
                len(objects),
                len(new[dataset.name]),
                sum(stored.size_bytes for stored in new[dataset.name]) / 1e6,
            )
    return Discovery(new["heroes"], new["missions"], list(pack(new["biometrics"])))
