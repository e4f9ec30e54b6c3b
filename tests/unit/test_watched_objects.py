"""What the watcher of a landing zone remembers of it, and how much memory that takes."""

import tracemalloc
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from include.cerebro.landing.arrivals import Arrivals
from include.cerebro.landing.fingerprint import Identities
from include.cerebro.landing.tails import Tail
from include.cerebro.zones.landing_zones import LandingZone

OBJECTS = 100_000
PAGE = 1_000


class MadeStore:
    """A client of a store whose objects are made while they are listed: memory is what the watcher keeps."""

    def __init__(self) -> None:
        self.first = 0

    def get_paginator(self, _: str) -> "MadeStore":
        return self

    def paginate(self, *, Prefix: str, **_: Any) -> Iterator[dict[str, Any]]:  # noqa: N803 - the client's names
        if "biometrics/".startswith(Prefix):
            for start in range(self.first, self.first + OBJECTS, PAGE):
                yield {"Contents": [self._entry(number) for number in range(start, start + PAGE)]}

    def _entry(self, number: int) -> dict[str, Any]:
        key = f"biometrics/date={number // PAGE:05}/part-{number:07}.parquet"
        return {"Key": key, "ETag": f'"{number:032x}"', "Size": 1, "LastModified": "2026-11-29T10:00:00.000Z"}


def test_a_full_listing_needs_few_bytes_an_object_and_keeps_fewer() -> None:
    """Listed as a list, and kept as sets, an object took 400 bytes."""
    store: Any = MadeStore()
    watched = Arrivals(LandingZone(name="test", bucket="made"), cpu_share=1e9)
    watched.list_all(store)
    # Half of them have left, and as many have arrived.
    store.first += OBJECTS // 2
    tracemalloc.start()
    try:
        arrived = watched.list_all(store)
        assert len(arrived) + watched.unnamed == OBJECTS // 2
        del arrived
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The arrays as such take 0.4 MB; a page of the listing and the arrivals that are named, 10,000, take 6 MB.
    assert kept < 1_000_000 + 11 * OBJECTS
    assert peak < 7_000_000 + 11 * OBJECTS, "what was known before is not in it"


def test_identities_are_a_set() -> None:
    random = Random(7)
    numbers = [random.getrandbits(63) for _ in range(20_000)] + [0, 2**63 - 1]
    kept, known = Identities(), set[int]()
    for number in numbers + numbers[::3]:
        assert (number in kept) == (number in known)
        assert kept.add(number) == (number not in known)
        known.add(number)
    assert len(kept) == len(known)
    assert not any((number ^ 1) in kept for number in known if (number ^ 1) not in known)


@pytest.mark.parametrize(
    ("listed", "last", "others"),
    [
        ("a b", "b", None),
        ("a _b", "a", ("b", "b")),
        ("a _b _c", "a", ("b", "c")),
        ("_a b _c", "b", ("c", "c")),
        ("_a _c d", "d", None),
        # Behind the last one, between two looks: before the others, and behind them.
        ("a _d _f c", "c", ("d", "f")),
        ("a _d _f _b", "a", ("b", "f")),
        ("a _d _f g", "g", None),
        # In their midst, in the folder of a late arrival: what follows is known.
        ("a _d _f e", "e", ("e", "f")),
        ("b _a a", "b", None),
    ],
)
def test_a_tail_knows_the_last_object_and_the_others_behind_it(
    listed: str, last: str, others: tuple[str, str] | None
) -> None:
    """An underscore marks a key that belongs to no dataset."""
    tail = Tail()
    for key in listed.split():
        tail.see(key.removeprefix("_"), is_own=not key.startswith("_"))
    assert (tail.last, tail.others) == (last, others)
