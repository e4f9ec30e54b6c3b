"""Columns that are new, gone or of another type are noted once."""

from __future__ import annotations

import json
from typing import Any

from include.cerebro.checking.sources import changed_columns
from tests.integration.helpers import ORDINARY_TYPES, READING_COLUMNS, Site, parquet
from tests.integration.samples import HEROES, MISSION, NOON, one_reading

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


def test_fields_of_missions_are_noted(site: Site) -> None:
    def lines(*missions: dict[str, Any]) -> bytes:
        return "\n".join(json.dumps(mission) for mission in missions).encode()

    site.put("mission_logs/1.json", lines(MISSION))
    site.load()
    # A field that the table knows is no news, whatever file has it first.
    site.put("mission_logs/2.json", lines(MISSION | {"mission_id": "M2", "location": "Here", "team": "Avengers"}))
    site.load()
    assert changes(site) == [("missions", "team", "new", "", "mission_logs/2.json")]
    # Few missions do not tell that a field is gone.
    site.put("mission_logs/3.json", lines(MISSION | {"mission_id": "M3"}))
    site.load()
    assert len(changes(site)) == 1
    site.put("mission_logs/4.json", lines(*(MISSION | {"mission_id": f"N{n}"} for n in range(20))))
    site.load()
    assert changes(site)[0] == ("missions", "team", "gone", "", "mission_logs/4.json")


def test_extra_columns_of_biometrics_are_noted(site: Site) -> None:
    site.put("biometrics/a.parquet", one_reading())
    site.load()
    for name in "bc":
        columns = (*READING_COLUMNS, "battery")
        body = parquet([(NOON, f"hulk {name}", 80, 10, 100, 5)], columns, (*ORDINARY_TYPES, "tinyint"))
        site.put(f"biometrics/{name}.parquet", body)
        site.load()
    assert changes(site) == [("biometrics", "battery", "new", "TINYINT", "biometrics/b.parquet")]


def test_a_renamed_column_is_likely_in_the_error(site: Site) -> None:
    site.put_all({"biometrics/a.parquet": one_reading(), "heroes.csv": HEROES})
    site.load()
    columns = tuple("hr" if name == "heart_rate" else name for name in READING_COLUMNS)
    site.put("biometrics/b.parquet", parquet([(NOON, "hulk", 80, 10, 100)], columns))
    site.put("heroes/b.csv", HEROES.replace(b"alter_ego", b"real_name"))
    assert len(site.load().failed) == 2
    assert "Renamed? New here: hr. Gone: heart_rate." in site.errors()["biometrics/b.parquet"]
    assert "Renamed? New here: real_name. Gone: alter_ego." in site.errors()["heroes/b.csv"]
