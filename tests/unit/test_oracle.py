"""The oracle on small landing zones that were calculated by hand."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.oracle import BrokenObjectError, calculate
from tests.oracle.landing import read_object

MINUTE = datetime(2025, 1, 1, 12, tzinfo=UTC)
HEADER = b"hero_id,name,alter_ego,first_appearance\n"
COLUMNS = '"timestamp", hero_id, heart_rate, stress_level, energy_output'


@pytest.fixture
def parquet(tmp_path: Path) -> Any:
    """A function that writes SQL values lists as Parquet."""

    def write(*rows: str, columns: str = COLUMNS) -> bytes:
        path = tmp_path / "x.parquet"
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(f"copy (from (values {', '.join(rows)}) as t ({columns})) to '{path}' (format parquet)")
        return path.read_bytes()

    return write


def ndjson(*records: Any) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def mission(mission_id: str, hero_ids: Sequence[Any], at: str = "2025-01-01T12:00:30Z", **more: Any) -> dict[str, Any]:
    return {"mission_id": mission_id, "hero_ids": hero_ids, "timestamp": at, **more}


def only(rows: list[dict[str, Any]], **where: Any) -> dict[str, Any]:
    found = [row for row in rows if all(row[name] == value for name, value in where.items())]
    assert len(found) == 1, found
    return found[0]


def test_readings_are_rejected_for_the_first_reason_that_applies(parquet: Any) -> None:
    rows = (
        "(null::timestamp, ' ', null::double, null::double, null::double)",
        "('infinity', e'\\tHulk', 70, 1, 1)",
        "(null, 'Hulk', null, null, null)",
        "('2025-01-01 12:00:00', 'Hulk', 'nan', -1, 'inf')",
        "('2025-01-01 12:00:00', null, 70, 1, 1)",
        "('2025-01-01 12:00:00', 'Hulk', 301, 1, 'nan')",
    )
    expected = calculate({"biometrics.parquet": parquet(*rows)})
    assert expected.rejections == {
        ("biometrics", "missing_hero_id"): 2,
        ("biometrics", "invalid_timestamp"): 2,
        ("biometrics", "no_usable_measure"): 1,
    }
    assert expected.loads == {"biometrics.parquet": (6, 1, 5)}
    (row,) = expected.fact_biometrics
    assert (row["reading_count"], row["heart_rate"], row["stress_level"]) == (1, None, 1)


def test_a_minute_is_merged_from_several_objects_kinds_and_spellings(parquet: Any) -> None:
    expected = calculate(
        {
            "biometrics/a.parquet": parquet("(timestamp_ns '2025-01-01 12:00:00', 'Spider-Man', 60, 10, 1)"),
            "biometrics/b.parquet": parquet(
                "(timestamptz '2025-01-01 13:00:59+01', 'spiderman', 80::smallint, 20, null::int)",
                "(timestamptz '2025-01-01 12:01:00+00', 'SPIDER MAN', 90, 20, 1)",
            ),
            "biometrics/c.parquet": parquet("('2025-01-01T12:00:10', 'spider_man', ' 100 ', 'n/a', '4')"),
        }
    )
    assert [row["hero_id"] for row in expected.dim_heroes] == ["Spider-Man"]
    row = only(expected.fact_biometrics, minute_at=MINUTE)
    assert row["reading_count"] == 3
    assert (row["heart_rate"], row["heart_rate_min"], row["heart_rate_max"]) == (80, 60, 100)
    assert (row["stress_level"], row["energy_output"]) == (15, 2.5)
    assert len(expected.fact_biometrics) == 2


def test_heroes_take_each_attribute_from_the_last_record_that_has_it() -> None:
    expected = calculate(
        {
            "heroes/b.csv": b"hero_id,name,alter_ego,first_appearance\nHULK,,Banner,\n,Nobody,,\n",
            "heroes/a.csv": b'\xef\xbb\xbfname,hero_id,alter_ego,first_appearance\r\nthe hulk,hulk,"B.\nB.",1962\r\n',
        }
    )
    assert expected.dim_heroes == [
        {"hero_id": "HULK", "hero_name": "The Hulk", "alter_ego": "Banner", "first_appearance": "1962"}
    ]
    assert expected.rejections == {("heroes", "missing_hero_id"): 1}


def test_missions_take_each_attribute_from_the_last_record_that_has_it() -> None:
    expected = calculate(
        {
            "mission_logs/2.json": ndjson(
                mission(
                    " M1 ",
                    [],
                    "2025-01-01T14:01:30+02:00",
                    outcome="",
                    damage_report={"structural_damage": -1},
                )
            ),
            "mission_logs.json": json.dumps(
                [
                    mission("M1", ["Hulk", "hulk ", None, " "], outcome="Failed"),
                    mission("M1", ["Thor", 7], location="Oslo", damage_report={"structural_damage": "10001"}),
                    mission("M2", "Hulk", damage_report={"structural_damage": 10000, "civilian_injuries": 2}),
                ]
            ).encode(),
        }
    )
    first = only(expected.dim_missions, mission_id="M1")
    # mission_logs.json comes before mission_logs/2.json: '.' sorts before '/'.
    assert first["mission_at"] == datetime(2025, 1, 1, 12, 1, 30, tzinfo=UTC)
    assert (first["outcome"], first["location"], first["structural_damage"]) == ("Failed", "Oslo", 10001)
    assert first["is_high_risk"] is True
    assert only(expected.dim_missions, mission_id="M2")["is_high_risk"] is False
    assert sorted((row["mission_id"], row["hero_id"]) for row in expected.bridge_mission_heroes) == [
        ("M1", "7"),
        ("M1", "Thor"),
        ("M2", "Hulk"),
    ]
    assert {row["hero_id"] for row in expected.dim_heroes} == {"Hulk", "Thor", "7"}


def test_unusable_missions_are_rejected_by_reason() -> None:
    lines = b'42\n{"mission_id": " "}\n{"mission_id": "M", "timestamp": "soon"}\n{"mission\n{"a": "\\u0000"}\n\n'
    expected = calculate({"mission_logs.json": lines + ndjson(mission("M1", []))})
    assert expected.rejections == {
        ("missions", reason): 1
        for reason in (
            "not_an_object",
            "missing_mission_id",
            "invalid_timestamp",
            "invalid_json",
            "invalid_text",
        )
    }
    assert expected.loads == {"mission_logs.json": (6, 1, 5)}


def landing_zone_with_missions(parquet: Any) -> dict[str, bytes]:
    damage = {"damage_report": {"structural_damage": 20000}}
    return {
        "biometrics.parquet": parquet(
            "(timestamp '2025-01-01 12:00:01', 'Hulk', 60, 50, 100)",
            "(timestamp '2025-01-01 12:01:01', 'Hulk', 60, 70, 300)",
            "(timestamp '2025-01-01 12:05:00', 'Hulk', 60, 10, 1)",
        ),
        "mission_logs.json": ndjson(
            mission("M1", ["Hulk", "Thor"], outcome="Successful", **damage),
            mission("M2", ["Hulk"], "2025-01-01T12:01:59Z", outcome="Successful"),
        ),
    }


def test_one_big_table_with_missions_of_one_minute(parquet: Any) -> None:
    expected = calculate(landing_zone_with_missions(parquet))
    rows = sorted(
        (
            row["timestamp"].minute,
            row["hero_id"],
            row["mission_id"],
            row["reading_count"],
            row["energy_output"],
        )
        for row in expected.obt_cerebro_restored
    )
    assert rows == [
        (0, "Hulk", "M1", 1, 100),
        (0, "Thor", "M1", None, None),
        (1, "Hulk", "M2", 1, 300),
        (5, "Hulk", None, 1, 1),
    ]
    assert expected.energy_by_name == {"Hulk": 100, "Thor": None}
    assert expected.missions_by_name == {"Hulk": (2, 60), "Thor": (1, None)}


def test_one_big_table_with_missions_that_overlap(parquet: Any) -> None:
    expected = calculate(landing_zone_with_missions(parquet), mission_duration_minutes=5)
    minutes_by_mission = sorted(
        (row["hero_id"], row["mission_id"] or "", row["timestamp"].minute) for row in expected.obt_cerebro_restored
    )
    assert minutes_by_mission == [
        ("Hulk", "M1", 0),
        ("Hulk", "M1", 1),
        ("Hulk", "M2", 1),
        ("Hulk", "M2", 5),
        ("Thor", "M1", 0),
    ]
    assert expected.energy_by_name["Hulk"] == 200


def test_a_correction_supersedes_and_a_broken_one_does_not(parquet: Any) -> None:
    first = parquet("(timestamp '2025-01-01 12:00:00', 'Hulk', 60, 1, 1)")
    second = parquet("(timestamp '2025-01-01 12:00:00', 'Hulk', 70, 1, 1)")
    expected = calculate([("biometrics.parquet", first), ("biometrics.parquet", second)])
    assert [row["heart_rate"] for row in expected.fact_biometrics] == [70]
    expected = calculate([("biometrics.parquet", first), ("biometrics.parquet", second[:-8])])
    assert [row["heart_rate"] for row in expected.fact_biometrics] == [60]
    assert expected.failed == ["biometrics.parquet"]


@pytest.mark.parametrize(
    ("dataset", "data"),
    [
        ("heroes", b""),
        ("heroes", b"hero_id,name,alter_ego\n1,x,y\n"),
        ("heroes", HEADER + b"1,x,y\n"),
        ("heroes", HEADER + b"1,caf\xe9,\x81,\n"),
        ("heroes", HEADER.replace(b"\n", b",name\n") + b"1,2,3,4,5\n"),
        ("missions", b"[{}"),
        ("missions", b'{"mission_id": "M1"}\n{"mission'),
        ("missions", b" \n"),
        ("biometrics", b"PAR1 no, it is not"),
    ],
)
def test_broken_objects(dataset: str, data: bytes) -> None:
    with pytest.raises(BrokenObjectError):
        read_object(dataset, data)


def test_keys_of_no_dataset_are_ignored() -> None:
    assert calculate({"readme.txt": b"x", "heroes.csv.bak": b"x", "mission_logs/a.csv": b"x"}).loads == {}
