"""What has arrived in a landing zone since the last look."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from include.cerebro.landing import arrivals
from include.cerebro.landing.arrivals import Arrivals
from include.cerebro.landing.listing import ZoneListing
from include.cerebro.landing.tails import RECENT_FOLDERS
from include.cerebro.zones.datasets import DATASETS
from include.cerebro.zones.landing_zones import LandingZone
from testing.sites import object_store
from tests.integration.helpers import wait_until

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


@pytest.fixture
def requests(client: Any) -> list[str]:
    """The prefixes that were listed, one for each request, which lists two objects at most."""
    prefixes: list[str] = []

    def note(params: dict[str, Any], **_: Any) -> None:
        prefixes.append(params["Prefix"])
        params["MaxKeys"] = min(params["MaxKeys"], 2)

    client.meta.events.register("before-parameter-build.s3.ListObjectsV2", note)
    return prefixes


def zone(bucket: str, prefix: str = "") -> LandingZone:
    return LandingZone(name="test", bucket=bucket, prefix=prefix)


def watch(bucket: str, cpu_share: float, prefix: str = "") -> Arrivals:
    return Arrivals(zone(bucket, prefix), cpu_share=cpu_share, look_share=ALWAYS)


def keys(client: Any, watched: Arrivals) -> list[str]:
    return sorted(stored.key for stored in watched.look(client))


def test_the_first_look_learns_what_is_there_and_the_next_ones_see_what_arrived(
    client: Any, bucket: str, put: Any
) -> None:
    put("heroes/a.csv")
    watched = watch(bucket, ALWAYS)
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
    watched = watch(bucket, NEVER)
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
    watched = watch(bucket, ALWAYS)
    watched.look(client)
    empty = watched.fingerprint
    put("heroes/b.csv")
    put("biometrics/x.parquet")
    put("biometrics/_temporary/y.parquet")
    watched.look(client)
    whole = ZoneListing(client, zone(bucket))
    assert len(list(whole)) == 2
    assert watched.fingerprint == whole.fingerprint != empty
    put("heroes/b.csv", b"corrected")
    watched.look(client)
    assert watched.fingerprint != whole.fingerprint


def test_a_look_costs_no_more_with_every_folder_in_which_objects_arrive(
    client: Any, bucket: str, put: Any, requests: list[str]
) -> None:
    watched = watch(bucket, NEVER)
    watched.look(client)
    for day in range(3 * RECENT_FOLDERS):
        put(f"biometrics/day={day:02}/x.parquet")
        assert keys(client, watched) == [f"biometrics/day={day:02}/x.parquet"]
    requests.clear()
    watched.look(client)
    # Behind the last folder lies the end of its dataset, which is asked for anyway. The others may come in one file.
    assert len(requests) == 2 * len(DATASETS) - 1 + RECENT_FOLDERS - 1


@pytest.mark.parametrize("prefix", ["", "export/"])
@pytest.mark.parametrize(
    ("others", "next_to_them", "requests_more"),
    [
        (["biometrics_backup/{}", "heroes_old/{}", "mission_logs2/{}"], "biometrics/z/{}.parquet", 0),
        (["biometrics/part-{}", "heroes/{}.txt", "mission_logs/b{}"], "biometrics/z/{}.parquet", 3),
        (["biometrics/_delta_log/{}.json"], "biometrics/z/{}.parquet", 1),
        (["biometrics/2026/_temporary/{}"], "biometrics/2026/z{}.parquet", 1),
        (["heroes.old/{}"], "heroes/{}.csv", 1),
    ],
)
def test_others_behind_the_last_keys_are_listed_once(
    others: list[str],
    next_to_them: str,
    requests_more: int,
    prefix: str,
    client: Any,
    bucket: str,
    put: Callable[..., Any],
    requests: list[str],
) -> None:
    """Every look listed them: with a million of them, 1,000 requests every three seconds."""
    put(f"{prefix}heroes.csv")
    put(f"{prefix}mission_logs/a.json")
    put(f"{prefix}biometrics/2026/0.parquet")
    for name in others:
        for number in range(10):
            put(f"{prefix}{name.format(number)}")
    watched = watch(bucket, NEVER, prefix)
    assert keys(client, watched) == []
    requests.clear()
    assert keys(client, watched) == []
    assert len(requests) == 4 + requests_more

    # Such as arrive are listed once, too.
    put(f"{prefix}{others[0].format('A')}")
    put(f"{prefix}{others[0].format('z')}")
    assert keys(client, watched) == []
    requests.clear()
    assert keys(client, watched) == []
    assert len(requests) == 4 + requests_more

    # What arrives before and behind them is seen at once.
    arrived = [f"{prefix}biometrics/2026/1.parquet", f"{prefix}{next_to_them.format(1)}"]
    for key in arrived:
        put(key)
    assert keys(client, watched) == arrived
    put(f"{prefix}{next_to_them.format(2)}")
    assert keys(client, watched) == [f"{prefix}{next_to_them.format(2)}"]
    assert keys(client, watched) == []
    whole = ZoneListing(client, zone(bucket, prefix))
    assert len(list(whole)) == 6
    assert watched.fingerprint == whole.fingerprint


def test_the_first_single_file_is_seen_at_once(client: Any, bucket: str, put: Any) -> None:
    watched = watch(bucket, NEVER)
    watched.look(client)
    put("biometrics_backup/x.parquet")
    put("mission_logs.JSON")
    put("biometrics.parquet")
    assert keys(client, watched) == ["biometrics.parquet", "mission_logs.JSON"]
    put("biometrics/x.parquet")
    assert keys(client, watched) == ["biometrics/x.parquet"]


def test_looks_that_find_nothing_take_a_bounded_share_of_a_core(
    client: Any, bucket: str, put: Any, requests: list[str]
) -> None:
    watched = Arrivals(zone(bucket), cpu_share=NEVER, look_share=NEVER)
    watched.look(client)
    put("heroes/a.csv")
    assert keys(client, watched) == ["heroes/a.csv"]
    put("heroes/b.csv")
    # More of the same burst may follow.
    assert keys(client, watched) == ["heroes/b.csv"]
    assert keys(client, watched) == []
    put("heroes/c.csv")
    requests.clear()
    assert keys(client, watched) == []
    assert requests == []
    watched.look_share = ALWAYS
    assert keys(client, watched) == ["heroes/c.csv"]


@pytest.mark.parametrize(
    ("key", "cpu_share", "look_share", "is_listing"),
    [("biometrics/a.parquet", 0.05, NEVER, True), ("biometrics/z.parquet", NEVER, 0.05, False)],
    ids=["listing", "look"],
)
def test_one_that_takes_long_for_once_holds_no_arrival_up(
    client: Any, bucket: str, put: Any, key: str, cpu_share: float, look_share: float, is_listing: bool
) -> None:
    # The garbage collection of a whole triggerer fell into it, and what arrived was seen a minute later.
    put("biometrics/m.parquet")
    watched = Arrivals(zone(bucket), cpu_share=cpu_share, look_share=look_share)
    assert keys(client, watched) == keys(client, watched) == []
    took_long = False

    def take_long(params: dict[str, Any], **_: Any) -> None:
        nonlocal took_long
        if not took_long and params["Prefix"] == "biometrics/" and (params["StartAfter"] == "") == is_listing:
            took_long = True
            until = time.thread_time() + 1
            while time.thread_time() < until:
                pass

    client.meta.events.register("before-parameter-build.s3.ListObjectsV2", take_long)
    wait_until(lambda: keys(client, watched) == [] and took_long, 5)
    put(key)
    wait_until(lambda: keys(client, watched) == [key], 5)


def test_of_many_arrivals_the_first_are_named_and_the_others_counted(
    client: Any, bucket: str, put: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "MOST_NAMED", 3)
    watched = watch(bucket, ALWAYS)
    watched.look(client)
    for number in range(5):
        put(f"heroes/{number}.csv")
    assert keys(client, watched) == [f"heroes/{number}.csv" for number in range(3)]
    assert watched.unnamed == 2
    assert watched.fingerprint.objects == 5
    watched.cpu_share = NEVER
    for number in range(5, 10):
        put(f"heroes/{number}.csv")
    assert keys(client, watched) == [f"heroes/{number}.csv" for number in range(5, 8)]
    assert watched.unnamed == 2
    assert keys(client, watched) == []
    assert watched.unnamed == 0


def test_beside_too_many_objects_a_look_names_what_arrived_and_a_full_listing_counts_it(
    client: Any, bucket: str, put: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "MOST_IDENTITIES", 3)
    for number in range(1, 5):
        put(f"heroes/{number}.csv")
    watched = watch(bucket, NEVER)
    assert keys(client, watched) == []
    put("heroes/5.csv")
    assert keys(client, watched) == ["heroes/5.csv"]
    assert keys(client, watched) == []
    assert watched.fingerprint.objects == 5
    watched.cpu_share = ALWAYS
    put("heroes/0.csv")
    put("heroes/00.csv")
    assert (keys(client, watched), watched.unnamed) == ([], 2)
    assert (keys(client, watched), watched.unnamed) == ([], 0)
    put("heroes/3.csv", b"corrected")
    assert (keys(client, watched), watched.unnamed) == ([], 1)
    for number in range(2, 6):
        client.delete_object(Bucket=bucket, Key=f"heroes/{number}.csv")
    assert (keys(client, watched), watched.unnamed) == ([], 0)
    put("heroes/9.csv")
    assert (keys(client, watched), watched.unnamed) == (["heroes/9.csv"], 0)
    whole = ZoneListing(client, zone(bucket))
    assert len(list(whole)) == watched.fingerprint.objects
    assert watched.fingerprint == whole.fingerprint
