"""The aggregation in DuckDB on small Parquet files: which readings count, and which minute they belong to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.sql import read_sql

MINUTE_ZERO = datetime(1, 1, 1, tzinfo=UTC)


@pytest.fixture
def duck() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb_session(read_settings()) as connection:
        yield connection


def minutes(duck: duckdb.DuckDBPyConnection, folder: Path, rows: str, kind: str = "instant") -> list[dict[str, Any]]:
    """Write the rows (SQL values: timestamp, hero_id, heart_rate, stress_level, energy_output) and aggregate them."""
    path = folder / "readings.parquet"
    duck.execute(
        f"copy (select * from (values {rows}) as reading "
        f"(\"timestamp\", hero_id, heart_rate, stress_level, energy_output)) to '{path}' (format parquet)"
    )
    for name in (f"{kind}_timestamps", "judged_readings", "minutes"):
        duck.execute(read_sql(f"loading/biometrics/{name}.sql"))
    duck.execute("set variable urls = ?", [[str(path)]])
    duck.execute(read_sql("loading/biometrics/aggregate.sql"))
    result = duck.execute("select * from minutes order by all")
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def minute_number(year: int, *rest: int) -> int:
    return int((datetime(year, *rest, tzinfo=UTC) - MINUTE_ZERO).total_seconds() // 60)


def test_a_minute_keeps_what_is_needed_to_merge_it(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(
        duck,
        tmp_path,
        "(timestamp '2025-01-01 10:00:00', ' hulk ', 60.0, 1.0, 100.0),"
        "(timestamp '2025-01-01 10:00:59.999', 'hulk', 80.0, null, 300.0)",
    )
    assert (minute["hero_id"], minute["minute_number"], minute["reason"]) == (
        "hulk",
        minute_number(2025, 1, 1, 10),
        None,
    )
    assert minute["reading_count"] == 2
    assert [minute[f"heart_rate_{part}"] for part in ("count", "sum", "min", "max")] == [2, 140, 60, 80]
    assert [minute[f"stress_level_{part}"] for part in ("count", "sum", "min", "max")] == [1, 1, 1, 1]
    assert minute["stress_level_invalid"] == 0, "a null is missing, not impossible"


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("0.0", True),
        ("-0.0::double", True),
        ("300.0", True),
        ("-5e-324", False),
        ("300.00000000000006::double", False),
        ("'nan'::double", False),
        ("-'nan'::double", False),
        ("'inf'::double", False),
        ("'-inf'::double", False),
    ],
)
def test_heart_rates_that_can_be_true(value: str, valid: bool, duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(duck, tmp_path, f"(timestamp '2025-01-01', 'hulk', {value}, 1.0, 1.0)")
    assert minute["heart_rate_count"] == (1 if valid else 0)
    assert minute["heart_rate_invalid"] == (0 if valid else 1)
    assert minute["reading_count"] == 1


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        ("0.0", True),
        ("-0.0::double", True),
        ("1e300", True),
        ("-5e-324", False),
        ("'nan'::double", False),
        ("-'nan'::double", False),
        ("'inf'::double", False),
        ("'-inf'::double", False),
    ],
)
@pytest.mark.parametrize("measure", ["stress_level", "energy_output"])
def test_stress_and_energy_that_can_be_true(
    measure: str, value: str, valid: bool, duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    values = {"stress_level": "1.0", "energy_output": "1.0", measure: value}
    [minute] = minutes(
        duck,
        tmp_path,
        f"(timestamp '2025-01-01', 'hulk', 60.0, {values['stress_level']}, {values['energy_output']})",
    )
    assert minute[f"{measure}_count"] == (1 if valid else 0)
    assert minute[f"{measure}_invalid"] == (0 if valid else 1)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("(timestamp '2025-01-01', null, 60.0, 1.0, 1.0)", "missing_hero_id"),
        ("(timestamp '2025-01-01', e' \\t\\n', 60.0, 1.0, 1.0)", "missing_hero_id"),
        ("(null::timestamp, null, 60.0, 1.0, 1.0)", "missing_hero_id"),
        ("(null::timestamp, 'hulk', 60.0, 1.0, 1.0)", "invalid_timestamp"),
        ("('infinity'::timestamp, 'hulk', 60.0, 1.0, 1.0)", "invalid_timestamp"),
        ("(timestamp '10000-01-01', 'hulk', 60.0, 1.0, 1.0)", "invalid_timestamp"),
        ("(timestamp '2025-01-01', 'hulk', 301.0, -1.0, 'nan'::double)", "no_usable_measure"),
        ("(timestamp '2025-01-01', 'hulk', null::double, null::double, null::double)", "no_usable_measure"),
    ],
)
def test_readings_that_are_rejected(row: str, reason: str, duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(duck, tmp_path, row)
    assert minute["reason"] == reason
    assert minute["reading_count"] == 1


@pytest.mark.parametrize(
    "value",
    [
        "timestamp_s '1969-12-31 23:59:59'",
        "timestamp_ms '1969-12-31 23:59:59.999'",
        "timestamp '1969-12-31 23:59:59.999999'",
        "timestamp_ns '1969-12-31 23:59:59.999999'",
        "timestamptz '1970-01-01 01:59:59+02'",
    ],
)
def test_minutes_are_labelled_by_their_start_before_1970_too(
    value: str, duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    [minute] = minutes(duck, tmp_path, f"({value}, 'hulk', 60.0, 1.0, 1.0)")
    assert minute["minute_number"] == minute_number(1969, 12, 31, 23, 59)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-01-01T10:00:30", (2025, 1, 1, 10)),
        ("2025-01-01 10:00:30Z", (2025, 1, 1, 10)),
        (" 2025-01-01T10:00:30+02:00 ", (2025, 1, 1, 8)),
        ("2025-01-01T00:00:30-05:30", (2025, 1, 1, 5, 30)),
        ("nonsense", None),
    ],
)
def test_text_timestamps(
    text: str, expected: tuple[int, ...] | None, duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    [minute] = minutes(duck, tmp_path, f"('{text}', 'hulk', 60.0, 1.0, 1.0)", kind="text")
    assert minute["minute_number"] == (minute_number(*expected) if expected else None)
    assert minute["reason"] == (None if expected else "invalid_timestamp")


@pytest.mark.parametrize("value", ["60", "60::utinyint", "60.0::decimal(5, 1)", "60::float", "' 60 '"])
def test_numbers_of_any_type_count(value: str, duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(duck, tmp_path, f"(timestamp '2025-01-01', 'hulk', {value}, 1.0, 1.0)")
    assert minute["heart_rate_sum"] == 60


def test_text_that_is_no_number_is_impossible_not_missing(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(duck, tmp_path, "(timestamp '2025-01-01', 'hulk', 'high', 1.0, 1.0)")
    assert (minute["heart_rate_count"], minute["heart_rate_invalid"]) == (0, 1)
