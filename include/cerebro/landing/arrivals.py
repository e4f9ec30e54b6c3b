"""Finds arrivals: what a landing zone holds that it did not hold at the last look, at little cost."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.landing.datasets import DATASETS, Dataset
from include.cerebro.landing.listing import list_objects
from include.cerebro.platform.object_store import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from pydantic import JsonValue

# Looks take at most this share of one core: a full listing of 10,000 objects takes some 0.8 s of it.
CPU_SHARE = 0.01
# Folders in which objects arrived last. Each is a request a look.
RECENT_FOLDERS = 4


class Fingerprint(NamedTuple):
    """What a landing zone holds, in two numbers that do not depend on the order of its objects.

    Attributes:
        objects: the number of objects.
        digest: the exclusive or of all objects' identities.
    """

    objects: int
    digest: int

    def __add__(self, other: Fingerprint) -> Fingerprint:  # type: ignore[override]  # of tuples
        """Return the fingerprint of both, which have no object in common."""
        return Fingerprint(self.objects + other.objects, self.digest ^ other.digest)

    def for_state(self) -> list[JsonValue]:
        """Return the fingerprint as plain values, as Airflow keeps them."""
        return [self.objects, self.digest]


def identity(stored: StoredObject) -> int:
    """Return a number of 63 bits for this version of an object."""
    text = f"{stored.key}\0{stored.etag}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) >> 1


def fingerprint(objects: Iterable[StoredObject]) -> Fingerprint:
    """Return the fingerprint of a listing."""
    return _fingerprint(identity(stored) for stored in objects)


def _fingerprint(identities: Iterable[int]) -> Fingerprint:
    count = digest = 0
    for each in identities:
        count += 1
        digest ^= each
    return Fingerprint(count, digest)


class Arrivals:
    """Looks at a landing zone again and again, and remembers what it held: 100 bytes an object.

    A full listing finds everything, and is taken as often as ``cpu_share`` of a core allows. The looks in between ask
    only for what lies behind the last key of each dataset, and of the folders with the latest arrivals.
    """

    def __init__(self, bucket: str, prefix: str = "", cpu_share: float = CPU_SHARE) -> None:
        self.cpu_share = cpu_share
        self._bucket = bucket
        self._prefix = prefix
        self._known: set[int] | None = None
        # The last key below each prefix that is asked for: the datasets', and folders.
        self._last_keys = {dataset.folder[:-1]: "" for dataset in DATASETS}
        self._listed_at = self._listing_took = 0.0

    def look(self, client: S3Client) -> list[StoredObject]:
        """Return what has arrived since the last look; the first look returns nothing.

        Raises:
            botocore.exceptions.ClientError: the store refuses.
            botocore.exceptions.BotoCoreError: the store does not answer.
        """
        if self._known is None or (time.monotonic() - self._listed_at) * self.cpu_share >= self._listing_took:
            return self.list_all(client)
        found = list(self._probe(client))
        arrived = [stored for stored in found if identity(stored) not in self._known]
        self._known.update(map(identity, arrived))
        self._remember(found, arrived)
        return arrived

    def list_all(self, client: S3Client) -> list[StoredObject]:
        """Return what has arrived since the last look, by a full listing. Raises like ``look``."""
        started = time.thread_time()
        found = [stored for dataset in DATASETS for stored in self._list(client, dataset, dataset.folder[:-1])]
        before, self._known = self._known, set(map(identity, found))
        arrived = [] if before is None else [stored for stored in found if identity(stored) not in before]
        self._remember(found, arrived)
        self._listed_at, self._listing_took = time.monotonic(), time.thread_time() - started
        return arrived

    def fingerprint(self) -> Fingerprint:
        """Return the fingerprint of all that was there at the last look."""
        return _fingerprint(self._known or ())

    def _probe(self, client: S3Client) -> Iterator[StoredObject]:
        for prefix, last_key in list(self._last_keys.items()):
            for dataset in DATASETS:
                if prefix.startswith(dataset.folder[:-1]):
                    yield from self._list(client, dataset, prefix, last_key)

    def _list(self, client: S3Client, dataset: Dataset, prefix: str, after: str = "") -> Iterator[StoredObject]:
        for stored in list_objects(client, self._bucket, self._prefix + prefix, after):
            if dataset.owns(stored.key.removeprefix(self._prefix)):
                yield stored

    def _remember(self, found: Iterable[StoredObject], arrived: Iterable[StoredObject]) -> None:
        for stored in arrived:
            folder = stored.key.removeprefix(self._prefix).rpartition("/")[0]
            if folder:
                self._last_keys[f"{folder}/"] = self._last_keys.pop(f"{folder}/", "")
        for stored in found:
            for prefix, last_key in self._last_keys.items():
                if stored.key.startswith(self._prefix + prefix):
                    self._last_keys[prefix] = max(last_key, stored.key)
        folders = [prefix for prefix in self._last_keys if prefix.endswith("/")]
        for folder in folders[:-RECENT_FOLDERS]:
            del self._last_keys[folder]
