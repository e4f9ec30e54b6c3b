"""Finds arrivals: what a landing zone holds that it did not hold at the last look, at little cost."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING

from include.cerebro.landing.fingerprint import Fingerprint, identity
from include.cerebro.landing.listing import list_objects
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.zones.datasets import DATASETS, Dataset, meaning
from include.cerebro.zones.landing_zones import LandingZone

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Full listings take at most this share of one core: one of 10,000 objects takes some 0.4 s of it on a calm machine. The
# looks in between take 2 ms a request, three requests every three seconds: all of the watch stays below a hundredth.
CPU_SHARE = 0.004
# Folders in which objects arrived last. Each is a request a look.
RECENT_FOLDERS = 4


class Arrivals:
    """Looks at a landing zone again and again, and remembers what it held: 100 bytes an object.

    A full listing finds everything, and is taken as often as ``cpu_share`` of a core allows. The looks in between ask
    only for what lies behind the last key of each dataset, and of the folders with the latest arrivals.

    Attributes:
        cpu_share: the share of a core.
        fingerprint: of all that was there at the last look.
    """

    def __init__(self, zone: LandingZone, cpu_share: float = CPU_SHARE) -> None:
        self.cpu_share = cpu_share
        self._zone = zone
        self._known: set[int] = set()
        self._is_known = False
        self.fingerprint = Fingerprint(0, 0)
        # The last key below each prefix that is asked for: the datasets', and folders.
        self._last_keys = {zone.prefix + dataset.stem: "" for dataset in DATASETS}
        self._listed_at = self._listing_took = 0.0

    def look(self, client: S3Client) -> list[StoredObject]:
        """Return what has arrived since the last look; the first look returns nothing.

        Raises:
            botocore.exceptions.ClientError: the store refuses.
            botocore.exceptions.BotoCoreError: the store does not answer.
        """
        if not self._is_known or (time.monotonic() - self._listed_at) * self.cpu_share >= self._listing_took:
            return self.list_all(client)
        found = [stored for prefix, last_key in self._asked_for() for stored in self._list(client, prefix, last_key)]
        arrived = self._know(found)
        self._remember(found, arrived)
        return arrived

    def list_all(self, client: S3Client) -> list[StoredObject]:
        """Return what has arrived since the last look, by a full listing. Raises like ``look``."""
        started = time.thread_time()
        found = [stored for dataset in DATASETS for stored in self._list(client, self._zone.prefix + dataset.stem)]
        was_known, self._is_known = self._is_known, True
        before, self._known, self.fingerprint = self._known, set(), Fingerprint(0, 0)
        arrived = self._know(found, before)
        if not was_known:
            arrived = []
        self._remember(found, arrived)
        self._listed_at, self._listing_took = time.monotonic(), time.thread_time() - started
        return arrived

    def _asked_for(self) -> list[tuple[str, str]]:
        """Return the prefixes to ask for, each with its last key, without those that another one covers.

        A folder with the last key of its dataset has nothing behind it that the dataset has not, too.
        """
        known = self._last_keys
        return [
            (prefix, last_key)
            for prefix, last_key in known.items()
            if not any(other != prefix and prefix.startswith(other) and known[other] == last_key for other in known)
        ]

    def _know(self, found: Iterable[StoredObject], before: Collection[int] = ()) -> list[StoredObject]:
        """Add objects to what is known; return those that were not, neither now nor ``before``."""
        arrived = []
        for stored in found:
            number = identity(stored)
            if number in self._known:
                continue
            self._known.add(number)
            self.fingerprint = self.fingerprint.with_identity(number)
            if number not in before:
                arrived.append(stored)
        return arrived

    def _list(self, client: S3Client, prefix: str, after: str = "") -> Iterator[StoredObject]:
        for stored in list_objects(client, self._zone.bucket, prefix, after):
            if isinstance(meaning(stored.key.removeprefix(self._zone.prefix)), Dataset):
                yield stored

    def _remember(self, found: Iterable[StoredObject], arrived: Iterable[StoredObject]) -> None:
        """Keep the last key of each dataset, and of the folders with the latest arrivals."""
        for stored in arrived:
            folder = f"{stored.key.rpartition('/')[0]}/"
            if folder not in ("/", self._zone.prefix):
                self._last_keys[folder] = self._last_keys.pop(folder, "")
        for stored in found:
            for prefix, last_key in self._last_keys.items():
                if stored.key.startswith(prefix):
                    self._last_keys[prefix] = max(last_key, stored.key)
        folders = [prefix for prefix in self._last_keys if prefix.endswith("/")]
        for folder in folders[:-RECENT_FOLDERS]:
            del self._last_keys[folder]
