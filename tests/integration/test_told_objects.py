"""A run that arrivals started looks at what they told of, and lists the landing zone where that is not enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NoReturn

import pytest

from include.cerebro.landing import discovery
from include.cerebro.landing.backlog import backlog_after
from include.cerebro.landing.discovery import Discovery, Start, discover
from include.cerebro.ledger import told_objects
from include.cerebro.ledger.told_objects import SOMETHING
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.zones.landing_zones import LandingZone
from tests.integration import drain
from tests.integration.helpers import Site
from tests.integration.samples import HEROES, one_reading

KEYS = ["biometrics/a.parquet", "biometrics/b.parquet"]
TOLD = "select object_key from meta.told_objects order by object_key"


@pytest.fixture
def loaded(site: Site) -> Site:
    """A site of which a run has listed and loaded all, and to which two objects have come since."""
    site.put("heroes.csv", HEROES)
    site.load()
    site.put_all({key: one_reading(60 + number) for number, key in enumerate(KEYS)})
    return site


def find(site: Site, told: Sequence[str] | None, **settings: int) -> Discovery:
    """Find what a run takes that watchers told of these objects, or that lists all."""
    there = replace(site, changed=settings)
    return drain.find(there, "the run", None if told is None else {site.zone.name: told})


def keys(found: Discovery) -> list[str]:
    return [stored.key for parcel in found.biometrics for stored in parcel.objects]


def test_nothing_else_is_looked_at(loaded: Site) -> None:
    loaded.put("biometrics/c.parquet.gz", one_reading())
    told = [KEYS[1], "biometrics/removed.parquet", "biometrics/c.parquet", "heroes.csv"]
    found = find(loaded, told)
    assert keys(found) == [KEYS[1]]
    # It is known already.
    assert found.heroes == []
    # The listing that a watcher compares with has not been made.
    assert found.listed == {}
    (stored,) = found.biometrics[0].objects
    (listed,) = [each for parcel in find(loaded, None).biometrics for each in parcel.objects if each.key == KEYS[1]]
    assert stored == listed


def test_the_first_listing_is_of_all(site: Site) -> None:
    site.put_all({key: one_reading(60 + number) for number, key in enumerate(KEYS)})
    found = find(site, KEYS[:1])
    assert keys(found) == KEYS
    assert list(found.listed) == ["cerebro"]


def test_a_landing_zone_that_is_not_configured_any_more(loaded: Site) -> None:
    drain.tell(loaded, {"watches": ["a"]})
    assert keys(find(loaded, KEYS[:1])) == KEYS[:1]
    assert loaded.rows(TOLD) == []


def test_what_arrives_while_a_run_waits_for_another_one_is_looked_at_by_it(loaded: Site) -> None:
    """Airflow gives the run the first event alone."""
    drain.tell(loaded, {"cerebro": KEYS[:1]})
    assert keys(find(loaded, KEYS[1:])) == KEYS
    # The run of the second event has nothing to do.
    assert find(loaded, []) == Discovery([], [], [], {})


def test_that_something_has_arrived_has_all_listed(loaded: Site) -> None:
    assert keys(find(loaded, [SOMETHING])) == KEYS
    assert loaded.rows(TOLD) == []


def test_a_listing_is_cheaper_than_many_keys(loaded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "MOST_KEYS", 1)
    found = find(loaded, KEYS)
    assert list(found.listed) == ["cerebro"]
    assert loaded.rows(TOLD) == []
    # But not than so many of a landing zone with many more objects.
    monkeypatch.setattr(discovery, "LISTED_AT_ONCE", 1)
    assert not find(loaded, KEYS).listed


def test_a_run_that_fails_leaves_to_the_next_what_it_was_told_of(loaded: Site) -> None:
    def away(_: str) -> NoReturn:
        raise ConnectionError("The store does not answer")

    drain.tell(loaded, {"cerebro": KEYS})
    with pytest.raises(ConnectionError):
        discover([loaded.zone], away, loaded.warehouse, loaded.settings, "red", Start.BY_ARRIVAL)
    assert loaded.rows(TOLD) == [(key,) for key in KEYS]
    assert keys(find(loaded, [])) == KEYS


def test_what_is_told_once_more_while_a_run_looks_is_looked_at_again(loaded: Site) -> None:
    def store(_: str) -> ObjectStore:
        drain.tell(loaded, {"cerebro": KEYS[:1]})
        return loaded.store

    for start in Start:
        drain.tell(loaded, {"cerebro": KEYS})
        discover([loaded.zone], store, loaded.warehouse, loaded.settings, "the run", start)
        assert loaded.rows(TOLD) == [(KEYS[0],)]


def test_a_run_takes_as_much_of_what_was_told_as_it_looks_at_while_a_backlog_drains(
    loaded: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(discovery, "MOST_KEYS", 1)
    find(loaded, None, run_objects=1)
    loaded.put_all({f"biometrics/{name}.parquet": one_reading(70 + ord(name)) for name in "yz"})
    found = find(loaded, ["biometrics/y.parquet", "biometrics/z.parquet"], run_objects=1)
    assert not found.listed
    assert loaded.rows(TOLD) == [("biometrics/z.parquet",)]


def test_what_load_tasks_did_not_get_through_with_is_told_again_later(loaded: Site) -> None:
    assert keys(find(loaded, KEYS)) == KEYS
    backlog_after(loaded.warehouse, "the run")
    assert loaded.rows(TOLD) == [(key,) for key in KEYS]
    # Another attempt at once may be one more red run.
    assert find(loaded, []) == Discovery([], [], [], {})
    loaded.rows("update meta.told_objects set due_at = now() returning 1")
    again = find(loaded, [])
    assert keys(again) == KEYS


def test_what_the_store_refused_is_told_again_after_an_hour(loaded: Site) -> None:
    failed = "insert into raw.loads (landing_zone, dataset, object_key, etag, size_bytes, rows_in, rows_loaded,"
    failed += " rows_rejected, status, error, dag_run_id, rules_version) values ('cerebro', 'biometrics', %s, 'e', 0,"
    failed += " 0, 0, 0, 'failed', 'refused', 'the run', %s) returning load_id"
    loaded.rows(failed, ["refused", None])
    loaded.rows(failed, ["broken", "v"])
    backlog_after(loaded.warehouse, "the run")
    assert loaded.rows("select object_key, due_at > now() + interval '59 minutes' from meta.told_objects") == [
        ("refused", True)
    ]


def test_a_large_landing_zone_is_listed_by_time_once_a_day(loaded: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_time(run_id: str) -> Discovery:
        return discover([loaded.zone], lambda _: loaded.store, loaded.warehouse, loaded.settings, run_id, Start.BY_TIME)

    assert keys(by_time("small")) == KEYS
    monkeypatch.setattr(discovery, "LISTED_EACH_TIME", 1)
    assert by_time("large") == Discovery([], [], [], {})
    drain.tell(loaded, {"cerebro": KEYS[:1]})
    assert keys(by_time("told")) == KEYS[:1]
    loaded.rows("update meta.listings set listed_in_full_at = now() - interval '24 hours' returning 1")
    assert keys(by_time("next day")) == KEYS
    assert keys(find(loaded, None)) == KEYS


def test_a_scheduled_run_counts_what_no_watcher_told_of(
    loaded: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def untold(run_id: str, start: Start = Start.BY_TIME, **settings: float) -> int:
        there = replace(loaded, changed=settings)
        found = discover([there.zone], lambda _: there.store, there.warehouse, there.settings, run_id, start)
        drain.load_found(loaded, run_id, found)
        ((objects,),) = loaded.rows("select objects_untold from meta.listings where dag_run_id = %s", [run_id])
        return objects

    # A watcher has a minute.
    monkeypatch.setattr(told_objects, "TOLD_AFTER", timedelta(0))
    drain.tell(loaded, {"cerebro": KEYS[:1]})
    assert untold("one is told") == 1
    assert f"no watcher told of 1 objects that this listing found: {KEYS[1]}." in caplog.text
    assert untold("all are known") == 0
    loaded.put("biometrics/c.parquet", one_reading(70))
    drain.tell(loaded, {"cerebro": [SOMETHING]})
    assert untold("something is told") == 0
    loaded.put("biometrics/d.parquet", one_reading(80))
    assert untold("by hand", Start.BY_HAND) == 0
    loaded.put("biometrics/e.parquet", one_reading(90))
    assert untold("there are no watchers", arrival_seconds=0) == 0
    # What a listing finds is counted once, also where runs after it take it.
    loaded.put_all({f"biometrics/{name}.parquet": one_reading(100 + ord(name)) for name in "fgh"})
    assert untold("a part", run_objects=1) == 3
    assert untold("another part", run_objects=1) == 0
    monkeypatch.setattr(told_objects, "TOLD_AFTER", timedelta(minutes=1))
    assert untold("the last part") == 0
    loaded.put("biometrics/i.parquet", one_reading(300))
    assert untold("just landed") == 0


def test_a_landing_zone_that_cannot_be_listed_is_left_alone_until_something_arrives_in_it(loaded: Site) -> None:
    broken = LandingZone(name="broken", bucket="no-such-bucket")
    zones = [loaded.zone, broken]

    def errors(run_id: str, start: Start) -> list[tuple[str, ...]]:
        discover(zones, lambda _: loaded.store, loaded.warehouse, loaded.settings, run_id, start)
        return loaded.rows(
            "select landing_zone from meta.listings where error is not null and dag_run_id = %s", [run_id]
        )

    assert errors("audit", Start.BY_HAND) == [("broken",)]
    drain.tell(loaded, {"cerebro": KEYS})
    assert errors("arrival", Start.BY_ARRIVAL) == []
    drain.tell(loaded, {"cerebro": KEYS, "broken": ["heroes.csv"]})
    assert errors("another", Start.BY_ARRIVAL) == [("broken",)]


def test_what_the_run_does_not_take_is_known_to_wait(loaded: Site) -> None:
    found = find(loaded, KEYS, run_objects=1)
    assert len(keys(found)) == 1
    assert list(found.listed) == ["cerebro"]
    with loaded.superuser() as cursor:
        cursor.execute("select objects_waiting from meta.listings where dag_run_id = 'the run'")
        assert cursor.fetchall() == [(1,)]
    # And as long as it waits, all is listed.
    assert keys(find(loaded, KEYS[:1])) == KEYS


def test_a_table_that_lies_there_has_all_listed(loaded: Site) -> None:
    loaded.put("biometrics/table/_delta_log/00000000000000000000.json", b"{}")
    of_the_table = "biometrics/table/part-0-1f0e9a52-5d0b-4b3b-8f0a-0b6c7d8e9f00.parquet"
    loaded.put(of_the_table, one_reading())
    find(loaded, None)
    assert keys(find(loaded, [of_the_table])) == KEYS


def test_the_failure_of_another_object_is_not_over(site: Site) -> None:
    site.put("biometrics/broken.parquet", b"no Parquet")
    assert site.load().failed == ["biometrics/broken.parquet"]
    site.put(KEYS[0], one_reading())
    assert keys(find(site, KEYS[:1])) == KEYS[:1]
    with site.superuser() as cursor:
        cursor.execute("select count(*) from raw.loads where status = 'failed' and resolved_at is null")
        assert cursor.fetchall() == [(1,)]
