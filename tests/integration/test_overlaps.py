"""Readings that several objects deliver are found at hero and second, whatever the order of their arrival."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from include.cerebro.checking.overlaps import find_overlaps
from tests.integration.helpers import Site, parquet
from tests.integration.samples import NOON

PAIRS = """
    select later.object_key, earlier.object_key, seconds, minutes, heroes,
        to_char(first_minute, 'HH24:MI'), to_char(last_minute, 'HH24:MI')
    from raw.overlapping_loads
    join raw.current_loads as later on later_load_id = later.load_id
    join raw.current_loads as earlier on earlier_load_id = earlier.load_id
    order by 1, 2
"""


def readings(seconds: Iterable[float], hero_id: str = "hulk", rate: float = 80) -> bytes:
    """Readings of a hero so many seconds after noon."""
    return parquet([(f"2025-01-01 12:{int(s) // 60:02}:{s % 60:09.6f}", hero_id, rate, 10, 100) for s in seconds])


def pairs(site: Site) -> list[tuple[Any, ...]]:
    return site.rows(PAIRS)


def test_a_resync_that_overlaps_is_named_with_both_objects(site: Site) -> None:
    site.put("biometrics/a.parquet", readings(range(90)))
    site.load()
    assert find_overlaps(site.warehouse) == 0
    site.put("biometrics/b.parquet", readings(range(30, 150)))
    site.load()
    assert find_overlaps(site.warehouse) == 1
    expected = [("biometrics/b.parquet", "biometrics/a.parquet", 60, 2, 1, "12:00", "12:01")]
    assert pairs(site) == expected
    # What was compared is not compared again, and a run without new loads searches nothing.
    assert find_overlaps(site.warehouse) == 0
    assert pairs(site) == expected
    assert len(site.rows("select from raw.overlap_searches")) == 2


def test_objects_of_one_run_are_compared_with_each_other(site: Site) -> None:
    site.changed["part_objects"] = 1
    site.put_all({f"biometrics/{name}.parquet": readings(range(10), rate=80 + n) for n, name in enumerate("abc")})
    site.load()
    assert find_overlaps(site.warehouse) == 3
    assert {row[:3] for row in pairs(site)} == {
        (f"biometrics/{later}.parquet", f"biometrics/{earlier}.parquet", 10)
        for later, earlier in (("b", "a"), ("c", "a"), ("c", "b"))
    }


def test_a_split_minute_is_no_overlap(site: Site) -> None:
    # Seconds of one minute in several objects; another hero in the same second; an object that repeats itself.
    site.put_all({
        "biometrics/even.parquet": readings(range(0, 60, 2)), "biometrics/odd.parquet": readings(range(1, 60, 2)),
        "biometrics/thor.parquet": readings(range(60), "thor"), "biometrics/twice.parquet": readings([61, 61]),
    })  # fmt: skip
    site.load()
    assert find_overlaps(site.warehouse) == 0
    assert site.rows("select bit_count(seconds::bit(64)) from raw.biometrics order by 1") == [(1,), (30,), (30,), (60,)]


def test_what_a_correction_took_back_does_not_count(site: Site) -> None:
    site.put_all({"biometrics/a.parquet": readings(range(10)), "biometrics/b.parquet": readings(range(5, 15))})
    site.load()
    find_overlaps(site.warehouse)
    assert len(pairs(site)) == 1
    site.put("biometrics/a.parquet", readings(range(5)))
    site.load()
    assert find_overlaps(site.warehouse) == 0
    assert pairs(site) == []
    # The bytes of a superseded load whose duplicate takes its place are compared like any others.
    site.put_all({"biometrics/c.parquet": readings(range(5, 15)), "biometrics/b.parquet": readings([7])})
    site.load()
    site.load()
    find_overlaps(site.warehouse)
    assert [row[:3] for row in pairs(site)] in (
        [("biometrics/c.parquet", "biometrics/b.parquet", 1)], [("biometrics/b.parquet", "biometrics/c.parquet", 1)],
    )  # fmt: skip


def test_loads_of_an_earlier_release_are_unknown(site: Site) -> None:
    site.put("biometrics/a.parquet", readings(range(10)))
    site.load()
    site.rows("update raw.biometrics set seconds = null returning 1")
    site.put("biometrics/b.parquet", readings(range(10), rate=90))
    site.load()
    assert find_overlaps(site.warehouse) == 0


def test_local_hours_that_fall_together_keep_their_seconds(site: Site) -> None:
    site.zone_fields = {"rules": {"time_zone": "Europe/Berlin"}}
    site.put_all({
        "biometrics/local.parquet": parquet([("2025-01-01 13:00:07", "hulk", 80, 10, 100)]),
        "biometrics/utc.parquet": parquet(
            [(f"{NOON[:-2]}07+00", "hulk", 80, 10, 100)],
            types=("timestamptz", "varchar", "double", "double", "double"),
        ),
    })  # fmt: skip
    site.load()
    assert find_overlaps(site.warehouse) == 1
