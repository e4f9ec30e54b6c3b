"""Whatever is cut, folded, ignored or left out of accepted rows is counted; unknown columns can be rescued."""

from __future__ import annotations

import json
from typing import Any

import pytest

from include.cerebro.ledger import loads
from include.cerebro.ledger.erasures import ErasedMeanwhileError
from tests.integration.helpers import ORDINARY_TYPES, READING_COLUMNS, Site, parquet, parquet_of, parquet_rows
from tests.integration.samples import MISSION, NOON
from tests.integration.test_forget_hero import forget

NOTICES = """
    select object_key, column_name, reason, rows, kept_as from raw.notices
    join raw.loads using (load_id) order by 1, 2, 3
"""


def battery(level: int) -> bytes:
    """Two readings with two columns that no table has, and one that is rejected."""
    readings = [
        (NOON, "hulk", 80, 10, 100, level, "x"),
        (NOON, None, 80, 10, 100, 6, "y"),
        (NOON, "thor", 8, 1, 1, 7, None),
    ]
    return parquet(readings, (*READING_COLUMNS, "battery", "reason"), (*ORDINARY_TYPES, "tinyint", "varchar"))


def kept(site: Site, key: str) -> list[dict[str, Any]]:
    return parquet_rows(site.client.get_object(Bucket=site.quarantine_bucket, Key=key)["Body"].read())


def test_ignored_columns_are_counted(site: Site) -> None:
    site.put("biometrics/a.parquet", battery(5))
    site.load()
    assert site.rows(NOTICES) == [
        ("biometrics/a.parquet", "battery", "ignored_column", 2, None),
        ("biometrics/a.parquet", "reason", "ignored_column", 2, None),
    ]


def test_rescued_columns_are_kept_with_key_and_row_number(site: Site) -> None:
    site.zone_fields = {"rules": {"extra_columns": "rescue"}}
    site.put("biometrics/a.parquet", battery(5))
    site.load()
    ((_, _, _, _, key), *others) = site.rows(NOTICES)
    assert [row[1:4] for row in site.rows(NOTICES)] == [
        ("battery", "rescued_column", 2), ("reason", "rescued_column", 2),
    ]  # fmt: skip
    assert key.startswith("cerebro/biometrics/a.parquet/rescued-")
    assert others[0][4] == key
    # The rejected reading is there, too, under its row number.
    assert kept(site, key) == [
        {"source_key": "biometrics/a.parquet", "row_number": number, "hero_id": hero_id, "battery": level,
         "delivered_reason": reason}
        for number, hero_id, level, reason in ((1, "hulk", 5, "x"), (2, None, 6, "y"), (3, "thor", 7, None))
    ]  # fmt: skip


def test_columns_that_are_called_like_the_places_of_a_statement_are_rescued(site: Site) -> None:
    """`__columns__` ended the load task, `__time_kind__` beside `plain` failed the object."""
    site.zone_fields = {"rules": {"extra_columns": "rescue"}}
    names = ["__columns__", "__extra__", "__time_kind__", "__id_kind__", "plain", "__heart_rate_words__", "every"]
    extra = ", ".join(f"{number} as {name}" for number, name in enumerate(names))
    reading = f"select timestamp '{NOON}' as \"timestamp\", hero_id, 80 as heart_rate, 10 as stress_level"
    site.put(
        "biometrics/a.parquet",
        parquet_of(f"{reading}, 100 as energy_output, {extra} from (values ('hulk'), (null)) as heroes (hero_id)"),
    )
    assert site.load().failed == []
    ((_, _, _, _, key), *others) = site.rows(NOTICES)
    assert len(others) == len(names) - 1
    expected = {name: number for number, name in enumerate(names)}
    assert [{name: row[name] for name in names} for row in kept(site, key)] == [expected] * 2
    [rejected] = next(rows for quarantined, rows in site.quarantined().items() if "/rejected-" in quarantined)
    assert {name: rejected[name] for name in names} == expected


def test_texts_that_the_tables_do_not_show_as_they_came(site: Site) -> None:
    missions = [
        MISSION | {"location": "x" * 2001, "outcome": "SUCCESSFUL", "hero_ids": ["hulk", None]},
        MISSION | {"location": "x" * 2000, "outcome": "Partly Successful"},
        MISSION | {"location": None, "outcome": "ж" * 1400},
    ]
    site.put("mission_logs.json", json.dumps(missions).encode())
    site.put("heroes.csv", b"hero_id,name,alter_ego,first_appearance\nhulk,HULK," + b"y" * 3000 + b",1962\n")
    site.load()
    assert [row[:4] for row in site.rows(NOTICES)] == [
        ("heroes.csv", "alter_ego", "cut", 1),
        ("mission_logs.json", "hero_ids", "left_out", 1),
        ("mission_logs.json", "location", "cut", 1),
        ("mission_logs.json", "outcome", "cut", 1),
        ("mission_logs.json", "outcome", "folded", 1),
    ]


@pytest.mark.parametrize("hero_type", ["varchar", "blob"])
def test_rescued_columns_leave_with_their_hero(site: Site, hero_type: str) -> None:
    """Where the hero was counts among them. A later delivery does not bring it back."""
    site.zone_fields = {"rules": {"extra_columns": "rescue"}}
    readings = [(NOON, hero_id, 80, 10, 100, place) for place, hero_id in enumerate(["hulk", "thor", " HULK", None])]
    columns, types = (*READING_COLUMNS, "record"), [*ORDINARY_TYPES, "tinyint"]
    types[1] = hero_type
    delivered = [(at, hero_id and (hero_id.encode() if hero_type == "blob" else hero_id), *others)
                 for at, hero_id, *others in readings]  # fmt: skip
    site.put("biometrics/a.parquet", parquet(delivered, columns, types))
    site.load()
    forget(site, "hulk")
    site.put("biometrics/b.parquet", parquet(delivered[::-1], columns, types))
    site.load()
    for object_key, _, reason, _, key in site.rows(NOTICES):
        assert reason == "rescued_column"
        assert sorted(row["record"] for row in kept(site, key)) == [1, 3], object_key


def test_rescued_columns_of_a_hero_who_is_forgotten_meanwhile(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of the object is in force after the retry, which writes no such file."""
    site.zone_fields = {"rules": {"extra_columns": "rescue"}}
    site.put("biometrics/a.parquet", parquet([(NOON, "hulk", 80, 10, 100, 7)], (*READING_COLUMNS, "battery"),
                                             (*ORDINARY_TYPES, "tinyint")))  # fmt: skip
    publish = loads.publish

    def forget_and_publish(*arguments: Any) -> None:
        monkeypatch.undo()
        forget(site, "hulk")
        publish(*arguments)

    monkeypatch.setattr(loads, "publish", forget_and_publish)
    with pytest.raises(ErasedMeanwhileError):
        site.load()
    site.load()
    assert site.ledger() == [("biometrics/a.parquet", "loaded", 1, 0, 1)]
    assert all(rows == [] for rows in site.quarantined().values())
