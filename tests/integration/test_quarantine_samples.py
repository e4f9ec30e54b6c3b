"""Rows of the quarantine, as somebody looks at them before a decision."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable

import pytest

from include.cerebro.maintenance.erasure.erase import erase
from include.cerebro.maintenance.release import sample
from include.cerebro.maintenance.release.sample import Sample, SampleUnreadableError, read_sample
from tests.integration.helpers import Site, parquet
from tests.integration.samples import NOON

GOOD = (NOON, "loki", 80, 10, 100)
GOOD_MISSION = {"mission_id": "m0", "hero_ids": ["loki"], "timestamp": "2025-01-01T00:00:00Z"}


def ancient(*heroes: object, good: object = "loki") -> bytes:
    """Readings of the year 1800, and one that is accepted."""
    return parquet([(NOON, good, 80, 10, 100), *(("1800-01-01 00:00:00", hero, 80, 10, 100) for hero in heroes)])


def nobody(_: Iterable[str]) -> set[str]:
    return set()


def the_hulk(ids: Iterable[str]) -> set[str]:
    return {name for name in ids if name.lower() in ("hulk", "1")}


def look(site: Site, key: str, reason: str, among: object = nobody, seconds: float = 10) -> Sample:
    rows = site.rows(
        "select quarantine_key from raw.rejections join raw.current_loads using (load_id)"
        f" where object_key = '{key}' and reason = '{reason}'"
    )
    place = (site.quarantine_bucket, str(rows[0][0]))
    return read_sample(site.settings, site.store, place, reason, among, seconds)  # type: ignore[arg-type]


def values(found: Sample, column: str) -> list[str | None]:
    place = found.columns.index(column)
    return [row[place] for row in found.rows]


def test_readings_are_shown_with_their_row_and_values(site: Site) -> None:
    site.put("biometrics/a.parquet", parquet([GOOD, *((NOON, None, 80 + number, 10, 100) for number in range(50))]))
    site.load()
    found = look(site, "biometrics/a.parquet", "missing_hero_id")
    assert len(found.rows) == sample.ROWS
    assert values(found, "heart_rate")[:2] in (["80", "81"], ["80.0", "81.0"])
    assert values(found, "hero_id")[:2] == [None, None]
    assert values(found, "source_key") == ["biometrics/a.parquet"] * sample.ROWS
    assert values(found, "reason") == ["missing_hero_id"] * sample.ROWS


def test_only_rows_of_the_reason_are_shown_and_long_ones_are_cut(site: Site) -> None:
    evil = "<script>alert(1)</script>" * 100
    records: list[dict[str, object]] = [
        GOOD_MISSION,
        {"mission_id": "m1", "hero_ids": ["thor"], "timestamp": "never", "location": evil},
        {"hero_ids": ["thor"], "timestamp": "2025-01-01T00:00:00Z"},
    ]
    site.put("mission_logs.json", json.dumps(records).encode())
    site.load()
    (record,) = values(look(site, "mission_logs.json", "invalid_timestamp"), "record")
    assert record is not None
    assert len(record) == sample.CHARACTERS
    assert evil[:50] in record
    (record,) = values(look(site, "mission_logs.json", "missing_mission_id"), "record")
    assert "never" not in str(record)


def test_a_hero_who_was_forgotten_is_left_out(site: Site) -> None:
    """Between the erasure and the cleaning of the quarantine, its files still hold the hero."""
    site.put("biometrics/a.parquet", ancient("hulk", "thor"))
    site.put("biometrics/b.parquet", ancient(1.0, 2.0, good=3.0))
    late = "x" * sample.CHARACTERS
    site.put(
        "mission_logs.json",
        json.dumps(
            [GOOD_MISSION, {"mission_id": "m1", "timestamp": "never", "damage": late, "hero_ids": ["HULK"]}]
        ).encode(),
    )
    site.load()
    for key, reason, column, rest in (
        ("biometrics/a.parquet", "implausible_timestamp", "hero_id", ["thor"]),
        ("biometrics/b.parquet", "implausible_timestamp", "hero_id", ["2.0"]),
        ("mission_logs.json", "invalid_timestamp", "record", []),
    ):
        found = look(site, key, reason, the_hulk)
        assert (values(found, column), found.hidden) == (rest, 1), key


def test_the_erasures_of_the_warehouse_are_those_that_count(site: Site) -> None:
    from include.cerebro.ledger.erasures import Erasures

    site.put("biometrics/a.parquet", ancient("hulk", "thor"))
    site.load()
    erase(site.warehouse, "Hulk", "an erasure", [])
    found = look(site, "biometrics/a.parquet", "implausible_timestamp", Erasures.find(site.warehouse).among)
    assert values(found, "hero_id") == ["thor"]


def test_what_cannot_be_read_is_named(site: Site) -> None:
    site.put("biometrics/a.parquet", parquet([GOOD]))
    site.load()
    with pytest.raises(SampleUnreadableError, match=r"gone\.parquet cannot be read"):
        read_sample(site.settings, site.store, (site.quarantine_bucket, "gone.parquet"), "x", nobody)


def test_it_gives_up_in_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "read_sql", lambda _: "select count(*) as n from range(1000000000000)")
    started = time.monotonic()
    with pytest.raises(SampleUnreadableError, match="took longer"):
        read_sample(site.settings, site.store, (site.quarantine_bucket, "any.parquet"), "any", nobody, 0.5)
    assert time.monotonic() - started < 5
