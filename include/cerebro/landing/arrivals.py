"""Finds arrivals: what a landing zone holds that it did not hold at the last look, at little cost."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.cerebro.landing.fingerprint import Fingerprint, Identities, identity
from include.cerebro.landing.listing import list_objects, list_pages
from include.cerebro.landing.tails import Tails
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.zones.datasets import DATASETS, Dataset, meaning
from include.cerebro.zones.landing_zones import LandingZone

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Full listings take at most this share of one core: one of 10,000 objects takes some 0.4 s of it on a calm machine. The
# looks in between take 2 ms a request, three to ten requests every three seconds.
CPU_SHARE = 0.004
# A look that found nothing and took more than this share of the time since is not followed by another one until it does
# not any more. All of the watch stays near a hundredth.
LOOK_SHARE = 0.01
# Objects whose identities are kept: 55 MB, and twice that during a full listing. Beside more, only looks name arrivals,
# and full listings count them: one of so many objects takes 200 s, and has its turn once in 14 hours, after the hourly
# run's own.
MOST_IDENTITIES = 5_000_000
# Arrivals that a look names at most: 4 MB. A run with more lists the landing zone, which takes fewer requests.
MOST_NAMED = 10_000


class Arrivals:
    """Looks at a landing zone again and again, and remembers what it held: 11 bytes an object.

    A full listing finds everything, and is taken as often as ``cpu_share`` of a core allows. The looks in between ask
    only for what lies behind the last key of each dataset, and of the folders with the latest arrivals, and not again
    for what they found there and nobody recognises. Neither keeps what it lists: with a million objects the process
    grows by 23 MiB. With a list and Python's sets it grew by 484 MiB.

    After an error begin with another one: what the failed look has seen is not reported any more.

    Attributes:
        cpu_share: the share of a core for full listings.
        look_share: the share of a core for looks that find nothing.
        fingerprint: of all that was there at the last look.
        unnamed: how many have arrived, as far as is known, beside those that the last look returned.
    """

    def __init__(self, zone: LandingZone, cpu_share: float = CPU_SHARE, look_share: float = LOOK_SHARE) -> None:
        self.cpu_share = cpu_share
        self.look_share = look_share
        self.unnamed = 0
        self._zone = zone
        self._held: _Held | None = None
        self._tails = Tails([dataset.within(zone.prefix) for dataset in DATASETS])
        self._listings, self._looks = _Turns(), _Turns()
        # After an arrival another look may see more of a burst.
        self._looks_again = True

    @property
    def fingerprint(self) -> Fingerprint:
        """The fingerprint of all that was there at the last look."""
        return self._held.fingerprint if self._held else Fingerprint(0, 0)

    def look(self, client: S3Client) -> list[StoredObject]:
        """Return what has arrived since the last look, the first 10,000; the first look returns nothing.

        Raises:
            botocore.exceptions.ClientError: the store refuses.
            botocore.exceptions.BotoCoreError: the store does not answer.
        """
        if self._held is None or self._listings.is_due(self.cpu_share):
            return self.list_all(client)
        self.unnamed = 0
        if not self._looks_again and not self._looks.is_due(self.look_share):
            return []
        started = time.thread_time()
        arrived: list[StoredObject] = []
        for stored, is_own in self._listed_behind(client):
            has_arrived = is_own and self._held.add(identity(stored))
            self._tails.see(stored.key, is_own=is_own, has_arrived=has_arrived)
            if has_arrived:
                self._name(stored, arrived)
        self._looks.end(time.thread_time() - started)
        self._looks_again = bool(arrived)
        return arrived

    def list_all(self, client: S3Client) -> list[StoredObject]:
        """Return what has arrived since the last look, the first 10,000, by a full listing. Raises like ``look``."""
        started = time.thread_time()
        before, held, tails = self._held, _Held(), self._tails.restarted()
        arrived: list[StoredObject] = []
        self.unnamed = 0
        for prefix in tails.of_datasets:
            for stored, is_own in self._list(client, prefix):
                has_arrived = False
                if is_own:
                    number = identity(stored)
                    has_arrived = held.add(number) and before is not None and before.lacks(number)
                tails.see(stored.key, is_own=is_own, has_arrived=has_arrived)
                if has_arrived:
                    self._name(stored, arrived)
        if before is not None:
            self.unnamed += before.not_told(held)
        self._held, self._tails = held, tails
        self._listings.end(time.thread_time() - started)
        self._looks_again = True
        return arrived

    def _name(self, stored: StoredObject, arrived: list[StoredObject]) -> None:
        if len(arrived) < MOST_NAMED:
            arrived.append(stored)
        else:
            self.unnamed += 1

    def _listed_behind(self, client: S3Client) -> Iterator[tuple[StoredObject, bool]]:
        """Yield what lies behind the last keys, and whether it belongs to a dataset."""
        for prefix, tail in self._tails.asked_for():
            if tail.others is None:
                yield from self._list(client, prefix, tail.last)
                continue
            first, last = tail.others
            # One key tells whether something has come before the others. There may be a million of them.
            page = next(list_pages(client, self._zone.bucket, prefix, tail.last, page_size=1), [])
            if page and page[0].key < first:
                yield from self._list(client, prefix, tail.last, until=first)
            yield from self._list(client, prefix, last)

    def _list(
        self, client: S3Client, prefix: str, after: str = "", until: str | None = None
    ) -> Iterator[tuple[StoredObject, bool]]:
        for stored in list_objects(client, self._zone.bucket, prefix, after):
            if until is not None and stored.key >= until:
                return
            yield stored, isinstance(meaning(stored.key.removeprefix(self._zone.prefix)), Dataset)


class _Turns:
    """Something that is done again and again, and may take a share of a core.

    What it takes is the less of the last two times. A garbage collection of the whole triggerer, 0.4 s, falls into one
    of them now and then: after a listing that takes 0.01 s the next one came a hundred seconds later.
    """

    def __init__(self) -> None:
        self._ended_at = 0.0
        self._took: deque[float] = deque(maxlen=2)

    def end(self, took: float) -> None:
        """Note the end of a turn, and its processor time in seconds."""
        self._ended_at = time.monotonic()
        self._took.append(took)

    def is_due(self, share: float) -> bool:
        """Return whether the next turn keeps within a share of a core."""
        return (time.monotonic() - self._ended_at) * share >= min(self._took, default=0.0)


class _Held:
    """What a landing zone held at a look: its fingerprint, and the objects' identities unless they are too many."""

    def __init__(self) -> None:
        self._objects = self._digest = 0
        self._identities: Identities | None = Identities()

    @property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(self._objects, self._digest)

    def add(self, number: int) -> bool:
        """Add an object; return whether it is not known to have been there."""
        if self._identities is not None:
            if not self._identities.add(number):
                return False
            if len(self._identities) > MOST_IDENTITIES:
                self._identities = None
        self._objects += 1
        self._digest ^= number
        return True

    def lacks(self, number: int) -> bool:
        """Return whether an object is known not to have been there."""
        return self._identities is not None and number not in self._identities

    def not_told(self, later: _Held) -> int:
        """Return how many objects more a later listing holds of which ``lacks`` says nothing, at least."""
        if self._identities is not None or self.fingerprint == later.fingerprint:
            return 0
        # As many as before: another version of one, at least. Fewer: some have left.
        return max(0, later.fingerprint.objects - self._objects or 1)
