"""Columns that are new, gone or of another type are noted once."""

from __future__ import annotations

from typing import Any

from include.cerebro.checking.sources import changed_columns
from tests.integration.helpers import ORDINARY_TYPES, Site, parquet
from tests.integration.samples import HEROES, NOON, one_reading

CHANGES = "select dataset, column_name, change, column_type, object_key from raw.schema_changes where change <> 'first'"


def changes(site: Site) -> list[tuple[Any, ...]]:
    return sorted(site.rows(CHANGES))


def test_the_first_columns_are_no_change(site: Site) -> None:
    site.put_all({"heroes.csv": HEROES, "biometrics.parquet": one_reading()})
    site.load()
    assert changes(site) == []
    assert site.rows("select count(*) from raw.schema_changes where change = 'first'") == [(9,)]


def test_changes_are_noted_once_and_told_by_their_run(site: Site) -> None:
    site.put_all({"heroes.csv": HEROES, "biometrics/a.parquet": one_reading()})
    site.load()
    header, record = HEROES.decode().splitlines()
    site.put("heroes/more.csv", f"{header},team\n{record},Avengers\n".encode())
    types = (*ORDINARY_TYPES[:2], "integer", *ORDINARY_TYPES[3:])
    site.put("biometrics/b.parquet", parquet([(NOON, "hulk", 80, 10, 100)], types=types))
    site.load()
    noted = [
        ("biometrics", "heart_rate", "type", "INTEGER", "biometrics/b.parquet"),
        ("heroes", "team", "new", "text", "heroes/more.csv"),
    ]
    assert changes(site) == noted
    assert changed_columns(site.warehouse, f"run {site.run_count}") == [
        "biometrics: the column heart_rate is of another type: INTEGER, first in biometrics/b.parquet",
        "heroes: the column team is new, first in heroes/more.csv",
    ]
    # Both layouts go on, side by side.
    site.put("heroes.csv", HEROES + b"thor,Thor,,\n")
    site.put("biometrics/c.parquet", parquet([(NOON, "thor", 80, 10, 100)], types=types))
    site.put("biometrics/d.parquet", one_reading(hero_id="loki"))
    site.load()
    assert changes(site) == sorted([*noted, ("heroes", "team", "gone", "", "heroes.csv")])
    for name in ("e", "f"):
        site.put(f"heroes/{name}.csv", f"{header},team\n{name},,,,X\n".encode())
        site.put(f"heroes/{name}2.csv", HEROES + f"{name},,,\n".encode())
        site.load()
    assert len(changes(site)) == 3
    assert changed_columns(site.warehouse, f"run {site.run_count}") == []


def test_a_name_of_any_length_does_no_harm(site: Site) -> None:
    site.put("heroes.csv", HEROES)
    site.load()
    header, record = HEROES.decode().splitlines()
    site.put("heroes/odd.csv", f"{header},{'x' * 10_000}\n{record},y\n".encode())
    assert site.load().failed == []
    assert [len(row[1]) for row in changes(site)] == [200]
