"""What a listing finds and its run does not take is kept for the runs that follow: only the first lists."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from include.cerebro.landing.discovery import Discovery
from tests.integration.drain import FOLLOWS, drain, find, load_found
from tests.integration.helpers import Site
from tests.integration.samples import HEROES, one_reading

WAITING = "select objects, new_objects, objects_waiting from meta.listings order by listed_at"
KEPT = "select coalesce(sum(object_count), 0)::int from meta.waiting"


@pytest.fixture
def bounded(site: Site) -> Site:
    """A site whose runs take two batches of one object, with seven objects of biometrics that are all different."""
    site.changed = {"run_objects": 2, "batch_objects": 1}
    for name in "gfedcba":
        site.put(f"biometrics/{name}.parquet", one_reading(heart_rate=60 + ord(name)))
    return site


def keys(found: Discovery) -> list[str]:
    return [stored.key for parcel in found.biometrics for stored in parcel.objects]


def names(runs: list[Discovery]) -> list[str]:
    """The objects of each run, by the letters that tell them apart."""
    return ["".join(sorted(key[11] for key in keys(run))) for run in runs]


def age(site: Site) -> dict[str, int]:
    """The place of each object in the order in which the store took them."""
    listed = sorted(site.listed(), key=lambda stored: (stored.landed_at or "", stored.key))
    return {stored.key[11]: place for place, stored in enumerate(listed)}


def test_only_the_first_run_lists(bounded: Site) -> None:
    place = age(bounded)
    runs = drain(bounded)
    assert [bool(run.listed) for run in runs] == [True, False, False, False]
    assert [len(name) for name in names(runs)] == [2, 2, 2, 1]
    # The oldest first.
    assert sorted(place, key=place.__getitem__) == [
        name for of_run in names(runs) for name in sorted(of_run, key=place.__getitem__)
    ]
    # A run that goes on repeats what the listing counted.
    assert bounded.rows(WAITING) == [(7, 2, 5), (7, 2, 3), (7, 2, 1), (7, 1, 0)]
    assert sorted(row[:2] for row in bounded.ledger()) == [
        (f"biometrics/{name}.parquet", "loaded") for name in "abcdefg"
    ]
    assert bounded.rows(KEPT) == [(0,)]


def test_what_arrives_meanwhile_does_not_have_all_listed(bounded: Site) -> None:
    find(bounded, "first")
    bounded.put("heroes.csv", HEROES)
    bounded.put("biometrics/h.parquet", one_reading(heart_rate=30))
    second = find(bounded, "second", {"cerebro": ["biometrics/h.parquet", "heroes.csv"]})
    assert not second.listed
    # Heroes do not wait, and the newest object does.
    assert [stored.key for parcel in second.heroes for stored in parcel.objects] == ["heroes.csv"]
    assert "biometrics/h.parquet" not in keys(second)
    assert bounded.rows(KEPT) == [(4,)]
    third = find(bounded, "third", FOLLOWS)
    assert not third.listed
    assert bounded.rows("select objects ->> -1 from meta.waiting")[0][0].count("h.parquet") == 1


def test_the_last_run_lists_and_finds_what_tasks_did_not_get_through_with(bounded: Site) -> None:
    lost = find(bounded, "killed")
    runs = drain(bounded, FOLLOWS)
    assert keys(runs[-1]) != []
    assert runs[-1].listed
    assert set(keys(lost)) <= {key for run in runs for key in keys(run)}
    assert [row[1] for row in bounded.ledger()] == ["loaded"] * 7


def test_a_run_that_arrivals_started_goes_on_and_an_audit_lists(bounded: Site) -> None:
    find(bounded, "first")
    assert not find(bounded, "second", {"cerebro": ["biometrics/none.parquet"]}).listed
    # It lists what waits again, so that nothing waits twice.
    assert find(bounded, "audit").listed
    assert bounded.rows(KEPT) == [(5,)]


def test_a_version_that_was_overwritten_while_it_waited_is_not_loaded(bounded: Site) -> None:
    first = find(bounded, "first")
    load_found(bounded, "first", first)
    newest = max(bounded.listed(), key=lambda stored: stored.landed_at or "").key
    # The bytes of a load in force: the old version would be taken for the new one of its key.
    bounded.put(newest, one_reading(heart_rate=31))
    second = find(bounded, "second", {"cerebro": [newest]})
    load_found(bounded, "second", second)
    runs = drain(bounded, FOLLOWS)
    ledger = bounded.rows('select object_key, etag from raw.current_loads order by object_key collate "C"')
    assert ledger == [(stored.key, stored.etag) for stored in bounded.listed()]
    assert len(runs) <= 4


def test_what_was_kept_for_a_day_is_listed_again(bounded: Site) -> None:
    find(bounded, "first")
    bounded.rows("update meta.waiting set written_at = written_at - interval '25 hours' returning 1")
    assert find(bounded, "next day", FOLLOWS).listed
    assert bounded.rows(KEPT) == [(5,)]


def test_an_update_of_the_backlog_when_nothing_waits_lists(site: Site) -> None:
    site.put("biometrics/a.parquet", one_reading())
    assert find(site, "by hand", FOLLOWS).listed


class Pages:
    """A client whose listing is made up: objects in the order of their keys, of any age."""

    def __init__(self, landed_at: list[str]) -> None:
        self._landed_at = landed_at

    def get_paginator(self, _: str) -> Pages:
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, list[dict[str, Any]]]]:
        entries = [
            {"Key": f"biometrics/{number:06}.parquet", "ETag": f"{number:032x}", "Size": 10, "LastModified": landed_at}
            for number, landed_at in enumerate(self._landed_at)
        ]
        for first in range(0, len(entries), 1000):
            yield {"Contents": entries[first : first + 1000]}

    def head_bucket(self, **_: Any) -> None:
        """It is there."""

    def close(self) -> None:
        """Nothing to close."""


def test_many_objects_come_in_the_order_of_their_age(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.changed = {"run_objects": 3_000}
    instants = [f"2026-01-01T{number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}Z" for number in range(16_500)]
    shuffled = random.Random(1).sample(instants, len(instants))
    monkeypatch.setattr(type(site.store), "client", lambda _: Pages(shuffled))
    runs = [find(site, "0"), *(find(site, str(number), FOLLOWS) for number in range(1, 5))]
    assert [bool(run.listed) for run in runs] == [True, False, False, False, False]
    for number, run in enumerate(runs):
        of_run = sorted(stored.landed_at or "" for parcel in run.biometrics for stored in parcel.objects)
        assert of_run == instants[3_000 * number : 3_000 * (number + 1)]
    assert site.rows(KEPT) == [(1_500,)]
