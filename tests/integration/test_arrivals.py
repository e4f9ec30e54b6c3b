"""What has arrived in a landing zone since the last look."""

import uuid
from typing import Any

import pytest

from include.cerebro.landing.arrivals import RECENT_FOLDERS, Arrivals
from include.cerebro.landing.listing import ZoneListing
from include.cerebro.zones.datasets import DATASETS
from include.cerebro.zones.landing_zones import LandingZone
from testing.sites import object_store

# Shares of a core that allow each look a full listing, and none of them after the first.
ALWAYS, NEVER = 1e9, 1e-9


@pytest.fixture
def client(services: dict[str, str]) -> Any:
    return object_store(services).client()


@pytest.fixture
def bucket(client: Any) -> str:
    name = f"arrivals-{uuid.uuid4().hex[:8]}"
    client.create_bucket(Bucket=name)
    return name


@pytest.fixture
def put(client: Any, bucket: str) -> Any:
    return lambda key, body=b"x": client.put_object(Bucket=bucket, Key=key, Body=body)


def zone(bucket: str) -> LandingZone:
    return LandingZone(name="test", bucket=bucket)


def keys(client: Any, watched: Arrivals) -> list[str]:
    return sorted(stored.key for stored in watched.look(client))


def test_the_first_look_learns_what_is_there_and_the_next_ones_see_what_arrived(
    client: Any, bucket: str, put: Any
) -> None:
    put("heroes/a.csv")
    watched = Arrivals(zone(bucket), cpu_share=ALWAYS)
    assert keys(client, watched) == []
    put("heroes/0.csv")
    put("mission_logs.json")
    put("biometrics/day=1/x.parquet")
    put("biometrics/notes.txt")
    put("elsewhere/x.parquet")
    assert keys(client, watched) == ["biometrics/day=1/x.parquet", "heroes/0.csv", "mission_logs.json"]
    assert keys(client, watched) == []
    put("heroes/a.csv", b"corrected")
    assert keys(client, watched) == ["heroes/a.csv"]
    client.delete_object(Bucket=bucket, Key="heroes/0.csv")
    assert keys(client, watched) == []


def test_between_two_listings_a_look_asks_only_behind_the_last_keys(client: Any, bucket: str, put: Any) -> None:
    for hour in range(3):
        put(f"biometrics/day=1/{hour}.parquet")
    put("biometrics/day=2/0.parquet")
    put("heroes.csv")
    watched = Arrivals(zone(bucket), cpu_share=NEVER)
    assert keys(client, watched) == []
    put("biometrics/day=2/1.parquet")
    put("biometrics/day=3/0.parquet")
    put("heroes/new.csv")
    assert keys(client, watched) == ["biometrics/day=2/1.parquet", "biometrics/day=3/0.parquet", "heroes/new.csv"]
    # Behind the last key of a folder with a recent arrival.
    put("biometrics/day=2/2.parquet")
    # Before all of them: the next full listing finds it.
    put("biometrics/day=1/0a.parquet")
    assert keys(client, watched) == ["biometrics/day=2/2.parquet"]
    assert keys(client, watched) == []
    watched.cpu_share = ALWAYS
    assert keys(client, watched) == ["biometrics/day=1/0a.parquet"]


def test_the_fingerprint_is_that_of_the_listing_which_discovery_takes(client: Any, bucket: str, put: Any) -> None:
    watched = Arrivals(zone(bucket), cpu_share=ALWAYS)
    watched.look(client)
    empty = watched.fingerprint
    put("heroes/b.csv")
    put("biometrics/x.parquet")
    put("biometrics/_temporary/y.parquet")
    watched.look(client)
    listing = ZoneListing(client, zone(bucket))
    assert len(list(listing)) == 2
    assert watched.fingerprint == listing.fingerprint != empty
    put("heroes/b.csv", b"corrected")
    watched.look(client)
    assert watched.fingerprint != listing.fingerprint


def test_a_look_costs_no_more_with_every_folder_in_which_objects_arrive(client: Any, bucket: str, put: Any) -> None:
    requests: list[str] = []
    client.meta.events.register("before-call.s3.ListObjectsV2", lambda **_: requests.append("list"))
    watched = Arrivals(zone(bucket), cpu_share=NEVER)
    watched.look(client)
    for day in range(3 * RECENT_FOLDERS):
        put(f"biometrics/day={day:02}/x.parquet")
        assert keys(client, watched) == [f"biometrics/day={day:02}/x.parquet"]
    requests.clear()
    watched.look(client)
    # Behind the last folder lies the end of its dataset, which is asked for anyway.
    assert len(requests) == len(DATASETS) + RECENT_FOLDERS - 1
