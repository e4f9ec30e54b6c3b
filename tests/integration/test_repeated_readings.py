"""Where a landing zone rejects repeated readings, each hero and instant counts once, whatever the order of arrival."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.cerebro.checking.overlaps import find_overlaps
from include.cerebro.formats.rules import FormatRules
from include.cerebro.landing.batches import pack
from include.cerebro.loading.biometrics import BiometricsLoader
from tests.integration.helpers import Site, make_site, parquet
from tests.integration.test_released_rows import decide
from tests.integration.test_reprocess import reprocess
from tests.oracle.landing import read_object
from tests.oracle.repeats import in_force
from tests.oracle.values import minute_of

START = datetime(2025, 1, 1, 11, 59, tzinfo=UTC)
REJECTED = "select coalesce(sum(rows), 0)::bigint from raw.rejections where reason = 'duplicate_reading'"
MINUTES = """
    select hero_id, minute_at, sum(reading_count)::bigint, sum(heart_rate_sum)
    from raw.biometrics join raw.current_loads using (load_id)
    group by 1, 2 order by hero_id collate "C", minute_at
"""
# Hero and microseconds after START. Many are equal, some differ by a microsecond, some share a second.
READINGS = st.lists(
    st.tuples(
        st.sampled_from(["hulk", "thor"]), st.sampled_from([0, 1, 999_999, 60_000_000, 60_500_000, 3_660_000_000])
    ),
    min_size=1,
    max_size=6,
)


def body(readings: Sequence[tuple[str | None, int]]) -> bytes:
    """The heart rate follows from hero and instant, as in a second delivery of the same readings."""
    return parquet(
        [
            (START.replace(tzinfo=None) + timedelta(microseconds=us), hero, 60 + us % 97, 10, 100)
            for hero, us in readings
        ]
    )


def expected(bodies: Mapping[str, bytes]) -> list[tuple[Any, ...]]:
    groups: dict[tuple[str, datetime], list[Any]] = {}
    for reading in in_force(read_object("biometrics", data) for data in set(bodies.values())):
        groups.setdefault((reading.hero_id, minute_of(reading.at)), []).append(reading.heart_rate)
    return [(*key, len(rates), sum(rates)) for key, rates in sorted(groups.items())]


@pytest.fixture(scope="module")
def emptied(services: dict[str, str]) -> Iterator[Any]:
    made = make_site(services)

    def empty() -> Site:
        for key in made.contents():
            made.remove(key)
        with made.superuser() as cursor:
            cursor.execute("truncate raw.loads, raw.biometrics, raw.load_hours, raw.instants, meta.listings cascade")
        made.zone_fields = {"overlap": "reject"}
        return made

    yield empty
    made.drop()


@settings(max_examples=12, deadline=None)
@given(objects=st.lists(READINGS, min_size=1, max_size=5), seed=st.integers(0, 99))
def test_each_instant_counts_once_in_any_order(emptied: Any, objects: list[Any], seed: int) -> None:
    site, chance = emptied(), random.Random(seed)
    bodies = {f"biometrics/{number}.parquet": body(readings) for number, readings in enumerate(objects)}
    site.put_all(bodies)
    listed = [stored for batch in site.discover().biometrics for stored in batch]
    chance.shuffle(listed)
    site.changed["part_objects"] = chance.randint(1, 3)
    for batch in pack(listed, site.settings.batch_bytes, chance.randint(1, 5)):
        BiometricsLoader(site.load_site).load(batch)
    assert site.rows(MINUTES) == expected(bodies)
    accepted = sum(len(read_object("biometrics", data).accepted) for data in set(bodies.values()))
    assert site.rows(REJECTED) == [(accepted - sum(row[2] for row in expected(bodies)),)]
    assert site.rows("select count(*) from raw.loads where status = 'failed'") == [(0,)]
    kept = [row for rows in site.quarantined().values() for row in rows if row["reason"] == "duplicate_reading"]
    assert len(kept) >= site.rows(REJECTED)[0][0]


DELIVERIES = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 3)), min_size=2, max_size=9)


@pytest.mark.long
@settings(max_examples=6, deadline=None)
@given(bodies=st.lists(READINGS, min_size=4, max_size=4), deliveries=DELIVERIES, seed=st.integers(0, 99))
def test_each_instant_counts_once_whatever_corrections_take_back(
    emptied: Any, bodies: list[Any], deliveries: list[tuple[str, int]], seed: int
) -> None:
    """Corrections, copies of objects and corrections of these; each load settles what it takes back."""
    site, chance = emptied(), random.Random(seed)
    waiting: dict[str, bytes] = {}
    in_force: dict[str, bytes] = {}
    for name, number in deliveries:
        waiting[f"biometrics/{name}.parquet"] = body(bodies[number])
        site.put(f"biometrics/{name}.parquet", body(bodies[number]))
        if chance.random() < 0.6:
            in_force |= load_in_any_order(site, chance, waiting)
            assert site.rows(MINUTES) == expected(in_force)
    in_force |= load_in_any_order(site, chance, waiting)
    assert site.rows(MINUTES) == expected(in_force)
    # Nothing is left to do, and nothing was loaded more often than it had to be.
    assert site.discover().biometrics == []
    assert len(site.rows("select from raw.loads")) <= 4 * len(deliveries)


def load_in_any_order(site: Site, chance: random.Random, waiting: dict[str, bytes]) -> dict[str, bytes]:
    """Load what is new in parts in any order, and return what waited."""
    listed = [stored for batch in site.discover().biometrics for stored in batch]
    chance.shuffle(listed)
    site.changed["part_objects"] = chance.randint(1, 3)
    for batch in pack(listed, site.settings.batch_bytes, chance.randint(1, 4)):
        BiometricsLoader(site.load_site).load(batch)
    loaded = dict(waiting)
    waiting.clear()
    return loaded


def test_a_correction_gives_back_what_another_object_lost_to_it(site: Site) -> None:
    site.zone_fields = {"overlap": "reject"}
    site.put_all({
        "biometrics/a.parquet": body([("hulk", 0), ("hulk", 1)]),
        "biometrics/b.parquet": body([("hulk", 1), ("hulk", 2)]),
        "biometrics/c.parquet": body([("hulk", 1), ("hulk", 2), ("hulk", 3)]),
    })  # fmt: skip
    for stored in site.discover().biometrics[0]:
        BiometricsLoader(site.load_site).load([stored])
    site.put("biometrics/a.parquet", body([("hulk", 0)]))
    assert site.load().objects == 3
    current = "select object_key, rows_loaded, rows_rejected from raw.current_loads order by 1"
    assert [(row[1], row[2]) for row in site.rows(current)] == [(1, 0), (2, 0), (1, 2)]
    # c has lost readings to b, which was loaded again and still has them.
    assert site.rows("select load_id from raw.unfounded_rejections join raw.current_loads using (load_id)") == []
    assert site.load().objects == 0


@pytest.mark.long
def test_the_next_run_gives_back_what_a_killed_task_did_not(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.zone_fields = {"overlap": "reject"}
    first, second = body([("hulk", 0)]), body([("hulk", 0), ("hulk", 1)])
    site.put("biometrics/a.parquet", first)
    site.load()
    site.put("biometrics/b.parquet", second)
    site.load()
    site.put("biometrics/a.parquet", body([("thor", 0)]))
    with monkeypatch.context() as patch:
        patch.setattr(BiometricsLoader, "_load_again", lambda *_: None)
        site.load()
    assert [row[0] for row in site.rows(MINUTES)] == ["hulk", "thor"]
    # An object that is not there any more is left as it is, and named.
    site.remove("biometrics/b.parquet")
    assert site.discover().biometrics == []
    site.transform()
    unfounded = "select object_key from operations.overlapping_objects where is_unfounded"
    assert site.rows(unfounded) == [("biometrics/b.parquet",)]
    site.put("biometrics/b.parquet", second)
    assert [stored.key for (stored,) in site.discover().biometrics] == ["biometrics/b.parquet"]
    site.load()
    assert site.rows(MINUTES) == expected({"b": second, "a": body([("thor", 0)])})
    assert site.rows(unfounded) == []


def test_the_rejected_readings_name_who_holds_them(site: Site) -> None:
    site.zone_fields = {"overlap": "reject"}
    site.put("biometrics/a.parquet", body([("hulk", 0), ("hulk", 1_000_000)]))
    site.load()
    site.put("biometrics/b.parquet", body([("hulk", 1_000_000), ("hulk", 2_000_000), ("hulk", 2_000_000)]))
    result = site.load()
    assert (result.rows_loaded, result.rows_rejected) == (1, 2)
    holders = """
        select own.object_key, holders.object_key, readings from raw.repeated_readings
        join raw.loads as own using (load_id) join raw.loads as holders on holder_load_id = holders.load_id
    """
    # The reading that an object repeats by itself is rejected, too; it is nobody else's.
    assert site.rows(holders) == [("biometrics/b.parquet", "biometrics/a.parquet", 1)]
    (rows,) = site.quarantined().values()
    assert [(row["reason"], row["row_number"], row["source_key"]) for row in rows] == [
        ("duplicate_reading", 1, "biometrics/b.parquet"), ("duplicate_reading", 3, "biometrics/b.parquet"),
    ]  # fmt: skip
    # An object of which everything is there already has not failed.
    site.put("biometrics/c.parquet", body([("hulk", 0)]))
    assert site.load().failed == []
    assert find_overlaps(site.warehouse) == 0


def test_a_correction_does_not_repeat_its_own_former_version(site: Site) -> None:
    site.zone_fields = {"overlap": "reject"}
    site.put("biometrics/a.parquet", body([("hulk", 0), ("hulk", 1_000_000)]))
    site.load()
    site.put("biometrics/a.parquet", body([("hulk", 1_000_000), ("hulk", 2_000_000)]))
    assert site.load().rows_rejected == 0
    # Unless nothing of it can be used: then the former version stays in force.
    site.put("biometrics/a.parquet", parquet([(None, "hulk", 1, 1, 1)]))
    site.put("biometrics/b.parquet", body([("hulk", 1_000_000)]))
    assert site.load().rows_rejected == 1


def test_parallel_loads_take_turns(site: Site) -> None:
    site.zone_fields = {"overlap": "reject"}
    bodies = {f"biometrics/{n}.parquet": body([("hulk", s * 1_000_000) for s in range(n, n + 30)]) for n in range(8)}
    site.put_all(bodies)
    listed = [stored for batch in site.discover().biometrics for stored in batch]
    errors: list[BaseException] = []

    def load(batch: Any) -> None:
        try:
            BiometricsLoader(site.load_site).load(batch)
        except BaseException as error:
            errors.append(error)

    # Some objects are in two batches.
    threads = [threading.Thread(target=load, args=(listed[n : n + 4],)) for n in (0, 2, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert site.rows(MINUTES) == expected(bodies)


def test_other_landing_zones_are_not_looked_at(site: Site) -> None:
    site.zone_fields = {"overlap": "reject"}
    site.put("biometrics/a.parquet", body([("hulk", 0)]))
    site.load()
    site.zone_name = "watches"
    assert site.load().rows_loaded == 1


def test_released_readings_count_once(site: Site) -> None:
    """Of four readings without a hero, one is in force elsewhere, one in their own object, and two are equal."""
    site.zone_fields = {"overlap": "reject"}
    site.put("biometrics/a.parquet", body([("hulk", 0), ("hulk", 5)]))
    site.load()
    site.put("biometrics/b.parquet", body([("hulk", 2), ("hulk", 5), *[(None, us) for us in (0, 1, 1, 2)]]))
    site.load()
    decision: dict[str, Any] = {"reason": "missing_hero_id", "key": "biometrics/b.parquet", "hero_id": "hulk"}
    assert decide(site, **decision, is_dry_run=True)["rows_released"] == 1
    assert decide(site, **decision)["rows_in_quarantine"] == {"duplicate_reading": 4}
    assert [row[2] for row in site.rows(MINUTES)] == [4]
    # The next object finds all that is in force, the released reading included.
    site.put("biometrics/c.parquet", body([("hulk", us) for us in (0, 1, 2, 5)]))
    site.load()
    assert [row[2] for row in site.rows(MINUTES)] == [4]
    repeated = "select load_id, holder_load_id, readings from raw.repeated_readings order by 1, 2"
    assert site.rows(repeated) == [(2, 1, 1), (3, 1, 2), (4, 1, 2), (4, 3, 2)]


def test_a_released_load_is_unfounded_when_what_it_lost_is_taken_back(site: Site) -> None:
    site.zone_fields = {"overlap": "reject"}
    site.put("biometrics/a.parquet", body([("hulk", 0), ("hulk", 1)]))
    site.load()
    site.put("biometrics/b.parquet", body([("hulk", 0), (None, 2)]))
    site.load()
    # Loaded again as it is, a has what it had.
    reprocess(site, rules=FormatRules(), only_older_rules=False, key_pattern="*a.parquet")
    decide(site, reason="missing_hero_id", key="biometrics/b.parquet", hero_id="hulk")
    unfounded = "select object_key from raw.unfounded_rejections join raw.current_loads using (load_id)"
    assert site.rows(unfounded) == []
    site.put("biometrics/a.parquet", body([("hulk", 1)]))
    site.load()
    assert site.rows(unfounded) == [("biometrics/b.parquet",)]
