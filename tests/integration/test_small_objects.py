"""Small objects are fetched whole: one request each, and a proof that they are the listed versions."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from include.cerebro.landing.listing import list_dataset
from include.cerebro.landing.versions import still_listed
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.zones.datasets import BIOMETRICS
from tests.integration.helpers import Site
from tests.integration.samples import heart_rates, one_reading

KEYS = [f"biometrics/{name}.parquet" for name in ("a", "a b?", "a/b", "é[1]", "z")]


@pytest.fixture
def objects(site: Site) -> list[StoredObject]:
    for number, key in enumerate(KEYS):
        site.put(key, one_reading(60 + number, hero_id=key[-9]))
    return list_dataset(site.client, site.bucket, BIOMETRICS)


@pytest.fixture
def duck(site: Site) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb_session(site.settings, site.store, whole_objects=True) as connection:
        yield connection


def aggregated(duck: duckdb.DuckDBPyConnection, site: Site, objects: list[StoredObject]) -> Aggregation:
    aggregation = Aggregation(duck.cursor(), site.bucket, objects, [duck.cursor(), duck.cursor()])
    aggregation.run()
    return aggregation


def test_an_object_takes_one_request(site: Site, objects: list[StoredObject], duck: duckdb.DuckDBPyConnection) -> None:
    duck.execute("call enable_logging('HTTP')")
    assert len(aggregated(duck, site, objects).summaries) == len(KEYS)
    requests = duck.execute("select request.type, count(*) from duckdb_logs_parsed('HTTP') group by 1").fetchall()
    assert requests == [("GET", len(KEYS))]


def test_all_are_proven_to_be_the_listed_versions(
    site: Site, objects: list[StoredObject], duck: duckdb.DuckDBPyConnection
) -> None:
    assert aggregated(duck, site, objects).proven() == set(objects)


def test_another_etag_than_the_md5_proves_nothing(
    site: Site, objects: list[StoredObject], duck: duckdb.DuckDBPyConnection
) -> None:
    """It may be another version, or one that was uploaded in several parts."""
    other = objects[0]._replace(etag="d41d8cd98f00b204e9800998ecf8427e-2")
    assert aggregated(duck, site, [other, *objects[1:]]).proven() == set(objects[1:])


def test_an_object_that_left_the_cache_is_no_longer_proven(
    site: Site, objects: list[StoredObject], duck: duckdb.DuckDBPyConnection
) -> None:
    aggregation = aggregated(duck, site, objects)
    duck.execute("set global enable_external_file_cache = false")
    duck.execute("set global enable_external_file_cache = true")
    assert aggregation.proven() == set()
    # Read again, in ranges as they are needed: it may be another version by now.
    aggregated_again = Aggregation(duck.cursor(), site.bucket, objects)
    aggregated_again.run()
    assert aggregation.proven() == set()


def test_still_listed_distinguishes_versions(site: Site, objects: list[StoredObject]) -> None:
    assert still_listed(site.client, site.bucket, objects) == objects
    assert still_listed(site.client, site.bucket, objects[2:]) == objects[2:]
    assert still_listed(site.client, site.bucket, []) == []
    site.put(objects[1].key, one_reading(99))
    site.remove(objects[3].key)
    assert still_listed(site.client, site.bucket, objects) == [objects[0], objects[2], objects[4]]
    assert still_listed(site.client, site.bucket, objects[1:2]) == []


def test_what_lies_between_the_objects_is_not_listed(site: Site) -> None:
    """Two new objects at both ends of a large landing zone, or one that was overwritten, listed all that is there."""
    site.put_all({f"biometrics/{number:02}.parquet": b"" for number in range(25)})
    client = site.store.client()
    objects = list_dataset(client, site.bucket, BIOMETRICS)
    requests: list[str] = []
    client.meta.events.register("before-call.s3.ListObjectsV2", lambda **_: requests.append("list"))
    # A store may answer with fewer keys than 1,000.
    client.meta.events.register("provide-client-params.s3.ListObjectsV2", lambda params, **_: params | {"MaxKeys": 10})

    def asked(*stored: StoredObject) -> tuple[int, list[str]]:
        requests.clear()
        there = still_listed(client, site.bucket, stored)
        return len(requests), [it.key for it in there]

    first, second, last = objects[0], objects[1], objects[-1]
    assert asked(first, last) == (2, [first.key, last.key])
    assert asked(first, second) == (1, [first.key, second.key])
    assert asked(*objects) == (3, [it.key for it in objects])
    overwritten = second._replace(etag="0" * 32)
    assert asked(first, overwritten, last) == (4, [first.key, last.key])
    assert asked(first, overwritten) == (2, [first.key])
    assert asked(overwritten._replace(key="biometrics/01a"), last) == (4, [last.key])


@pytest.mark.parametrize("limit", [0, 10**9])
def test_both_ways_of_reading_load_the_same(site: Site, objects: list[StoredObject], limit: int) -> None:
    site.changed["whole_object_bytes"] = limit
    assert site.load().objects == len(objects)
    assert heart_rates(site) == sorted((key[-9], 1, 60 + number) for number, key in enumerate(KEYS))
