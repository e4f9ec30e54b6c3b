"""What a run takes of a backlog: the oldest objects, within its bounds, and those last that were tried in vain."""

import random

import pytest

from include.cerebro.landing.backlog import Backlog, Bounds, take
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import Settings

WIDE = Bounds(objects=100, size_bytes=10**6, batches=100, batch_objects=100, batch_bytes=10**6)


def stored(key: str, landed_at: str, size: int = 1) -> StoredObject:
    return StoredObject(key, f"etag of {key}", size, landed_at)


def test_it_keeps_the_oldest_and_counts_all() -> None:
    objects = [stored(f"key {number}", f"2026-01-01T00:{number:04d}", number) for number in range(1000)]
    backlog = Backlog(10)
    for each in random.Random(1).sample(objects, 1000):
        backlog.add(each)
        assert len(backlog._kept) <= 12
    assert backlog.oldest() == objects[:10]
    assert backlog.objects == 1000


def test_what_was_tried_in_vain_comes_last() -> None:
    objects = [stored("a", "2026-01-01"), stored("b", "2026-01-02"), stored("c", "2026-01-03")]
    backlog = Backlog(2, {("a", "etag of a")})
    for each in objects:
        backlog.add(each)
    assert backlog.oldest() == objects[1:]
    # Another version of it was not tried.
    changed = Backlog(2, {("a", "another etag")})
    for each in objects:
        changed.add(each)
    assert changed.oldest() == objects[:2]


@pytest.mark.parametrize(
    ("bounds", "taken"),
    [
        (WIDE, "abcd"),
        (WIDE._replace(objects=3), "bcd"),
        (WIDE._replace(size_bytes=10), "d"),
        (WIDE._replace(size_bytes=25), "cd"),
        # At least one, however large.
        (WIDE._replace(size_bytes=1), "d"),
        (WIDE._replace(batches=1, batch_objects=2), "cd"),
        (WIDE._replace(batches=3, batch_bytes=1), "bcd"),
    ],
)
def test_the_oldest_are_taken_within_the_bounds_in_the_order_of_their_keys(bounds: Bounds, taken: str) -> None:
    oldest = [stored(key, f"2026-01-0{day}", 10) for day, key in enumerate("dcba", 1)]
    assert [each.key for each in take(oldest, bounds)] == list(taken)


def test_nothing_new_takes_nothing() -> None:
    assert take([], WIDE) == []


def test_landing_zones_share_what_a_run_takes() -> None:
    settings = Settings(run_objects=10, run_bytes=9, run_batches=2)
    assert Bounds.of(settings, 3)[:3] == (3, 3, 1)
