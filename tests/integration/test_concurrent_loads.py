"""Concurrent loaders: every object is loaded once, and the loads are ordered by their commit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

from include.cerebro.ledger import loads
from include.cerebro.ledger.loads import ObjectTotals
from include.cerebro.ledger.objects import Origin
from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.loading.records import RecordLoader
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject
from tests.integration.faults.gate import Gate
from tests.integration.helpers import Site
from tests.integration.samples import HEROES, heart_rates, one_reading

LOADS_THAT_WAIT = """
    select count(*) from pg_stat_activity where datname = current_database() and wait_event = 'advisory'
"""


def at_once(*jobs: Callable[[], Any]) -> None:
    """Run the jobs in threads that start together. Raises the first error of a job."""
    barrier = threading.Barrier(len(jobs))
    errors: list[BaseException] = []

    def run(job: Callable[[], Any]) -> None:
        try:
            barrier.wait(20)
            job()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(job,), daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive(), "two loaders wait for each other"
    if errors:
        raise errors[0]


def loader(site: Site, batch: Sequence[StoredObject]) -> Callable[[], Any]:
    return lambda: BiometricsLoader(site.load_site).load(batch)


def heroes_loader(site: Site, objects: Sequence[StoredObject]) -> Callable[[], Any]:
    return lambda: RecordLoader("heroes", site.load_site).load(objects)


def test_two_loaders_of_overlapping_batches_load_once(site: Site) -> None:
    site.put_all({f"biometrics/{n}.parquet": one_reading(n, hero_id=f"h{n}") for n in range(8)})
    (objects,) = site.discover().biometrics
    batches = (objects, objects[::-1], objects[:5], objects[3:][::-1])
    for _ in range(2):
        at_once(*(loader(site, batch) for batch in batches))
    assert heart_rates(site) == [(f"h{n}", 1, n) for n in range(8)]
    assert len(site.ledger()) == 8


def test_two_runs_of_everything_at_once_load_once(site: Site) -> None:
    site.put_all(
        {f"heroes/{n}.csv": HEROES for n in range(4)}
        | {f"biometrics/{n}.parquet": one_reading(n) for n in range(4)}
        | {"biometrics/bad.parquet": b"bad", "heroes/bad.csv": b"bad"}
    )
    at_once(site.load, site.load, site.load)
    # The hero files have the same bytes.
    statuses = sorted(row[1] for row in site.ledger())
    assert statuses == ["duplicate"] * 3 + ["failed"] * 2 + ["loaded"] * 5
    assert site.rows("select (select count(*) from raw.heroes), (select count(*) from raw.biometrics)") == [(1, 4)]


@pytest.mark.parametrize("slow", ["heroes", "biometrics"])
def test_the_load_that_commits_last_has_the_highest_position(site: Site, slow: str) -> None:
    site.put_all({"heroes.csv": HEROES, "biometrics.parquet": one_reading()})
    found = site.discover()
    jobs = {"heroes": heroes_loader(site, found.heroes), "biometrics": loader(site, found.biometrics[0])}
    slow_job = threading.Thread(target=jobs.pop(slow), daemon=True)
    ((fast, fast_job),) = jobs.items()
    with Gate(site, f"raw.{slow}") as gate:
        slow_job.start()
        gate.wait()
        fast_job()
    slow_job.join(60)
    order = "select array_agg(dataset order by {}) from raw.loads"
    assert site.rows(order.format("load_id")) == [([slow, fast],)]
    assert site.rows(order.format("position")) == [([fast, slow],)]


def claim_and_publish(cursor: Cursor, key: str) -> None:
    origin = Origin("cerebro", "heroes")
    loads.publish(cursor, origin, loads.claim(cursor, origin, [StoredObject(key, "etag", 1)], [ObjectTotals(1, 0)]))


def test_a_load_is_published_when_the_one_before_is_visible(site: Site) -> None:
    """Without the lock, the second load could commit first, and hide the first from whoever has seen the second."""

    def second() -> None:
        with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            claim_and_publish(cursor, "second")
            connection.commit()

    thread = threading.Thread(target=second, daemon=True)
    with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        claim_and_publish(cursor, "first")
        thread.start()
        deadline = time.monotonic() + 20
        while site.rows(LOADS_THAT_WAIT) != [(1,)]:
            assert time.monotonic() < deadline, "the second load does not wait"
        assert site.ledger() == []
        # A holder of the lock that has stopped does not stop all others.
        cursor.execute("show idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("1min",)
        connection.commit()
        cursor.execute("show idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("15min",)
    thread.join(20)
    assert site.rows("select object_key from raw.loads order by position") == [("first",), ("second",)]


def test_no_load_becomes_visible_below_the_position_of_another(site: Site) -> None:
    site.changed["part_objects"] = 1
    site.put_all({f"biometrics/{n:02d}.parquet": one_reading(n) for n in range(30)})
    (objects,) = site.discover().biometrics
    seen: list[int] = []

    def watch() -> None:
        deadline = time.monotonic() + 60
        while len(seen) < len(objects):
            assert time.monotonic() < deadline
            visible = site.rows("select position from raw.loads order by position")
            late = [position for (position,) in visible if position not in seen]
            assert not seen or not late or late[0] > seen[-1]
            seen.extend(late)

    at_once(watch, *(loader(site, objects[first::3]) for first in range(3)))
