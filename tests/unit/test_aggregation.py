"""The aggregation in DuckDB on small Parquet files: which readings count, and which minute they belong to."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest
from pyarrow import parquet

from include.cerebro.formats import row_groups
from include.cerebro.formats.parquet import MEASURES, read_layouts
from include.cerebro.formats.readings import with_few_values
from include.cerebro.formats.rules import DEFAULT_RULES, PLAUSIBLE, FormatRules
from include.cerebro.loading import aggregation, extra_columns
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.loading.extra_columns import rescuable
from include.cerebro.loading.rejected_readings import RejectedReadings
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.sql import read_sql

MINUTE_ZERO = datetime(1, 1, 1, tzinfo=UTC)
COLUMNS = ("timestamp", "hero_id", "heart_rate", "stress_level", "energy_output")
NOON = "timestamp '2025-01-01 12:00:00'"


@pytest.fixture
def duck(monkeypatch: pytest.MonkeyPatch) -> Iterator[duckdb.DuckDBPyConnection]:
    def path(_: str, stored: StoredObject) -> str:
        return stored.key

    monkeypatch.setattr(aggregation, "url", path)
    monkeypatch.setattr("include.cerebro.formats.parquet.url", path)
    with duckdb_session(read_settings()) as connection:
        yield connection


def aggregate(
    duck: duckdb.DuckDBPyConnection, folder: Path, *queries: str, rules: FormatRules = DEFAULT_RULES
) -> tuple[Aggregation, list[dict[str, Any]]]:
    """Write the result of each query as an object, aggregate them, and return the minutes."""
    objects = []
    for number, query in enumerate(queries):
        path = folder / f"{number}.parquet"
        duck.execute(f"copy ({query}) to '{path}' (format parquet)")
        objects.append(StoredObject(str(path), "", path.stat().st_size))
    run = Aggregation(duck, "", objects, rules=rules)
    run.run()
    result = duck.execute("select * from minutes order by all")
    names = [column[0] for column in result.description]
    return run, [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def reading(rows: str, columns: tuple[str, ...] = COLUMNS) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f"select * from (values {rows}) as reading ({names})"


def minutes(
    duck: duckdb.DuckDBPyConnection, folder: Path, rows: str, rules: FormatRules = DEFAULT_RULES
) -> list[dict[str, Any]]:
    """Aggregate rows (SQL values: timestamp, hero_id, heart_rate, stress_level, energy_output)."""
    return aggregate(duck, folder, reading(rows), rules=rules)[1]


def minute_number(year: int, *rest: int) -> int:
    return int((datetime(year, *rest, tzinfo=UTC) - MINUTE_ZERO).total_seconds() // 60)


def test_a_large_row_group_is_read_page_by_page(
    duck: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB fetches a row group whole: one of 1.5 GB did not fit, and its object stopped the batch for ever."""
    setting = "select current_setting('disable_parquet_prefetching')"
    row = f"({NOON}, 'hulk', 60.0, 1.0, 100.0)"
    minutes(duck, tmp_path, row)
    assert duck.execute(setting).fetchone() == (False,)
    monkeypatch.setattr(row_groups, "FETCHED_BYTES", 10)
    assert len(minutes(duck, tmp_path, row)) == 1
    assert duck.execute(setting).fetchone() == (True,)

    def too_much(*_: object) -> None:
        raise duckdb.OutOfMemoryException("failed to allocate data of size 128 MiB")

    monkeypatch.setattr(Aggregation, "_aggregate", too_much)
    run = Aggregation(duck, "", [StoredObject(str(tmp_path / "0.parquet"), "", 1000)])
    run.run()
    (bad,) = run.bad.values()
    assert "Write it with row groups of at most" in str(bad)
    # Where the object is not the cause, nobody blames it.
    monkeypatch.setattr(row_groups, "FETCHED_BYTES", 1 << 30)
    with pytest.raises(duckdb.OutOfMemoryException):
        run.run()


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
        ("1e9", True),
        ("1e9 + 1", False),
        ("1e300", False),
        ("1e-310::double", False),
        ("2.3e-308::double", True),
        ("5e-324::double", False),
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
        ("(timestamp '10000-01-01', 'hulk', 60.0, 1.0, 1.0)", "implausible_timestamp"),
        ("(timestamp '1899-12-31 23:59:59', 'hulk', 60.0, 1.0, 1.0)", "implausible_timestamp"),
        ("(timestamp '0001-01-01', 'hulk', 60.0, 1.0, 1.0)", "implausible_timestamp"),
        ("(cast(now() + interval 2 day as timestamp), 'hulk', 60.0, 1.0, 1.0)", "implausible_timestamp"),
        ("('yesterday', 'hulk', 60.0, 1.0, 1.0)", "invalid_timestamp"),
        ("('1735689600000', 'hulk', 60.0, 1.0, 1.0)", "invalid_timestamp"),
        ("('9999-12-31T00:00:00Z', 'hulk', 60.0, 1.0, 1.0)", "implausible_timestamp"),
        ("(timestamp '2025-01-01', repeat('x', 201), 60.0, 1.0, 1.0)", "invalid_hero_id"),
        ("(timestamp '2025-01-01', 'a' || chr(0), 60.0, 1.0, 1.0)", "invalid_hero_id"),
        ("(timestamp '2025-01-01', '\\xFF\\xFE'::blob, 60.0, 1.0, 1.0)", "invalid_hero_id"),
        ("(timestamp '2025-01-01', 'N/A', 60.0, 1.0, 1.0)", "missing_hero_id"),
        ("(timestamp '2025-01-01', '_', 60.0, 1.0, 1.0)", "missing_hero_id"),
        ("(timestamp '2025-01-01', 'nan'::double, 60.0, 1.0, 1.0)", "missing_hero_id"),
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
    [minute] = minutes(duck, tmp_path, f"('{text}', 'hulk', 60.0, 1.0, 1.0)")
    assert minute["minute_number"] == (minute_number(*expected) if expected else None)
    assert minute["reason"] == (None if expected else "invalid_timestamp")


@pytest.mark.parametrize("value", ["60", "60::utinyint", "60.0::decimal(5, 1)", "60::float", "' 60 '"])
def test_numbers_of_any_type_count(value: str, duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(duck, tmp_path, f"(timestamp '2025-01-01', 'hulk', {value}, 1.0, 1.0)")
    assert minute["heart_rate_sum"] == 60


def test_text_that_is_no_number_is_impossible_not_missing(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(duck, tmp_path, "(timestamp '2025-01-01', 'hulk', 'high', 1.0, 1.0)")
    assert (minute["heart_rate_count"], minute["heart_rate_invalid"]) == (0, 1)


@pytest.mark.parametrize(
    "hero_id",
    ["1", "1.0::double", "1.0::float", "1::decimal(38, 0)", "1.00::decimal(9, 2)", "'1.0'", "' 1 '", "'1'::blob",
     "'1'::utinyint", "1::hugeint"],
)  # fmt: skip
def test_one_hero_whatever_the_type_of_the_column(
    hero_id: str, duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    [minute] = minutes(duck, tmp_path, f"({NOON}, {hero_id}, 60.0, 1.0, 1.0)")
    assert (minute["hero_id"], minute["reason"]) == ("1", None)


def test_spellings_of_one_id_share_a_minute(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(
        duck, tmp_path, f"({NOON}, '1.0', 60.0, 1.0, 1.0), ({NOON}, ' 1', 80.0, 3.0, 1.0), ({NOON}, '1', 70.0, null, 1)"
    )
    assert (minute["hero_id"], minute["reading_count"]) == ("1", 3)
    assert [minute[f"heart_rate_{part}"] for part in ("count", "sum", "min", "max")] == [3, 210, 60, 80]
    assert [minute[f"stress_level_{part}"] for part in ("count", "sum", "min", "max")] == [2, 4, 1, 3]


@pytest.mark.parametrize("value", ["'72.5'::blob", "' 72.5 '", "72.5::float", "72.5::decimal(38, 3)"])
def test_measures_of_odd_types(value: str, duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    [minute] = minutes(duck, tmp_path, f"({NOON}, 'hulk', {value}, {value}, {value})")
    assert [minute[f"{name}_sum"] for name in COLUMNS[2:]] == [72.5] * 3


def test_values_that_mean_no_reading_are_missing_not_impossible(
    duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rules = FormatRules(no_reading={"heart_rate": (0.0, 255.0), "stress_level": (-1.0,)})
    [minute] = minutes(
        duck, tmp_path, f"({NOON}, 'hulk', 255, -1, 1), ({NOON}, 'hulk', 0, 0, 1), ({NOON}, 'hulk', 60, -2, 1)", rules
    )
    assert [minute[f"heart_rate_{part}"] for part in ("count", "sum", "invalid")] == [1, 60, 0]
    assert [minute[f"stress_level_{part}"] for part in ("count", "sum", "invalid")] == [1, 0, 1]


def test_another_plausible_range(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rules = FormatRules(plausible={"heart_rate": (30.0, 220.0), "stress_level": (-5.0, 5.0), "energy_output": (0, 10)})
    [minute] = minutes(
        duck, tmp_path, f"({NOON}, 'hulk', 29.9, -5, 10), ({NOON}, 'hulk', 30, 5.1, 0), ({NOON}, 'hulk', 221, 0, 11)",
        rules,
    )  # fmt: skip
    assert [minute[f"{name}_count"] for name in COLUMNS[2:]] == [1, 2, 2]
    assert minute["stress_level_min"] == -5


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("timestamp '2025-07-01 12:00:30'", (2025, 7, 1, 10)),
        ("timestamp '2025-01-01 12:00:30'", (2025, 1, 1, 11)),
        ("timestamp_ns '2025-07-01 12:00:30'", (2025, 7, 1, 10)),
        ("date '2025-07-01'", (2025, 6, 30, 22)),
        ("timestamptz '2025-07-01 12:00:30Z'", (2025, 7, 1, 12)),
        ("'2025-07-01T12:00:30'", (2025, 7, 1, 10)),
        ("'2025-07-01T12:00:30Z'", (2025, 7, 1, 12)),
        ("timestamp '2025-10-26 02:30:00'", (2025, 10, 26, 1, 30)),
        ("timestamp '1899-12-31 23:59:00'", None),
    ],
)
def test_no_offset_means_the_zone_of_the_rules(
    moment: str, expected: tuple[int, ...] | None, duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rules = FormatRules(time_zone="Europe/Berlin")
    [minute] = minutes(duck, tmp_path, f"({moment}, 'hulk', 60.0, 1.0, 1.0)", rules)
    assert (minute["reason"] is None) == (expected is not None)
    if expected:
        assert minute["minute_number"] == minute_number(*expected)


EXTRA = ("source", "filename", "file_row_number", "cerebro_url", "reason", "source_key", "row_number", "url", "urls",
         "is_usable", "epoch_us", "TIMESTAMP", "Hero_Id", "", 'a"b', "delivered_reason", "minute_number", "__columns__",
         "__extra__", "__time_kind__", "__id_kind__", "plain", "__heart_rate_words__", "every")  # fmt: skip


def test_extra_columns_are_harmless_whatever_they_are_called(duck: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow as pa
    from pyarrow import parquet as writer

    path = tmp_path / "object.parquet"
    good = datetime(2025, 1, 1, 12)  # noqa: DTZ001 - without a zone, as most writers do
    values = [
        [1, 2],
        *[["x", "y"]] * (len(EXTRA) - 1),
        [good, good],
        ["hulk", None],
        [60, 61],
        [1, 1],
        [1, 1],
        [{"a": 1}] * 2,
    ]
    writer.write_table(pa.table(values, names=[*EXTRA, *COLUMNS, "nested"]), path)
    run = Aggregation(duck, "", [StoredObject(str(path), "", 1)])
    run.run()
    assert run.summaries[str(path)].rejected == {"missing_hero_id": 1}
    duck.execute("set variable urls = ?", [[str(path)]])
    duck.execute("set variable source_keys = ['the key']")
    rows = duck.execute(read_sql("loading/biometrics/rejected_readings.sql"))
    names = [column[0] for column in rows.description]
    [row] = rows.fetchall()
    assert len({name.lower() for name in names}) == len(names) == 4 + len(EXTRA) + len(COLUMNS) + 1
    assert row[:4] == (0, "missing_hero_id", "the key", 2)
    assert dict(zip(names, row, strict=True))["heart_rate"] == 61
    columns = read_layouts(duck, [StoredObject(str(path), "", 1)], "").columns.popitem()[1]
    duck.execute("set variable url = ?", [str(path)])
    rescued = duck.execute(extra_columns.query(columns, rescuable(columns)))
    # What the landing zone rescues has three columns of ours.
    assert len(rescued.description) == 3 + len(EXTRA) + 1
    assert [found[1] for found in rescued.fetchall()] == [1, 2]


@pytest.mark.parametrize("limit", [0, 1, 3, 4, 100])
def test_rejected_readings_are_those_of_their_object_however_many_are_kept(
    limit: int, duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    good = f"({NOON}, 'hulk', 60.0, 1.0, 1.0)"
    bad = f"({NOON}, 'null', 60.0, 1.0, 1.0)"
    rejected = {"0.parquet": 1, "1.parquet": 3, "2.parquet": 2}
    aggregate(duck, tmp_path, *(reading(", ".join([good, *[bad] * count])) for count in rejected.values()))
    paths = {name: str(tmp_path / name) for name in rejected}
    held = RejectedReadings(duck, limit)
    for name, count in rejected.items():
        if name not in held:
            held.keep({it: rejected[it] for it in rejected if it >= name}, paths)
        assert sum(rejected[it] for it in rejected if it in held) <= limit
        query, parameters = held.query(name, paths[name])
        rows = duck.execute(f"select source_key, row_number, heart_rate from ({query}) order by all", parameters)
        assert rows.fetchall() == [(name, number, 60) for number in range(2, count + 2)]
        held.forget(name)
    assert duck.execute("from duckdb_tables() where table_name like 'rejected_readings%'").fetchall() == []
    # With enough room, all are read at once.
    if limit == 100:
        assert held.queries == 1


def test_objects_with_different_extra_columns_and_spellings_are_read_together(
    duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    row = f"{NOON}, 'hulk', 60.0, 1.0, 1.0"
    run, found = aggregate(
        duck,
        tmp_path,
        reading(f"({row})"),
        reading(f"(5, {row})", ("firmware", *COLUMNS)),
        reading(f"({row}, 'x', 7)", (*COLUMNS, "filename", "firmware")),
        reading(f"({row})", tuple(name.upper() for name in COLUMNS)),
    )
    assert run.bad == {}
    assert [minute["heart_rate_sum"] for minute in found] == [60, 60, 60, 60]


NESTED = {
    "struct": (pyarrow.struct({"x": pyarrow.int32()}), "STRUCT(x INTEGER)", 0),
    "list": (pyarrow.list_(pyarrow.string()), "LIST(element VARCHAR)", 0),
    "map": (pyarrow.map_(pyarrow.string(), pyarrow.float64()), "MAP(key VARCHAR, value DOUBLE)", 0),
    "both": (
        pyarrow.list_(pyarrow.struct({"a": pyarrow.list_(pyarrow.int64()), "b": pyarrow.decimal128(9, 2)})),
        "LIST(element STRUCT(a LIST(element BIGINT), b DECIMAL(9,2)))",
        9,
    ),
    "wide": (pyarrow.struct({"x": pyarrow.list_(pyarrow.decimal256(50, 2))}), "", 50),
    "text": (pyarrow.string(), "VARCHAR", 0),
}


def test_a_nested_columns_type_and_digits_are_those_of_all_in_it(
    duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """All nested columns were of the type STRUCT, without digits."""
    five = {"timestamp": pyarrow.timestamp("us"), "hero_id": pyarrow.string()} | dict.fromkeys(
        MEASURES, pyarrow.float64()
    )
    schema = pyarrow.schema(five | {name: kind for name, (kind, _, _) in NESTED.items()})
    path = tmp_path / "nested.parquet"
    parquet.write_table(pyarrow.Table.from_pylist([], schema), path)
    stored = StoredObject(str(path), "", path.stat().st_size)
    layouts = read_layouts(duck, [stored], "")
    assert layouts.bad == {}
    columns = layouts.columns[stored]
    assert [column.name for column in columns] == [*five, *NESTED]
    for column in columns[len(five) :]:
        _, its_type, digits = NESTED[column.name]
        assert column.type == its_type or column.name == "wide"
        assert column.digits == digits
    assert [columns[position].name for position in rescuable(columns)] == [name for name in NESTED if name != "wide"]


def test_an_object_of_which_nothing_is_accepted_has_failed_unless_its_sensors_were_off(
    duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    good = f"({NOON}, 'hulk', 60.0, 1.0, 1.0)"
    run, _ = aggregate(
        duck,
        tmp_path,
        reading(f"({NOON}, 'null', 60.0, 1.0, 1.0), ({NOON}, 'hulk', -1, -1, -1)"),
        reading(f"({NOON}, 'hulk', -1, -1, -1)"),
        reading(f"({NOON}, 'null', 60.0, 1.0, 1.0), {good}"),
        f"{reading(good)} limit 0",
    )
    [(stored, error)] = run.bad.items()
    assert stored.key.endswith("0.parquet")
    assert "none of its 2 rows can be used (missing_hero_id: 1, no_usable_measure: 1)" in str(error)
    assert [summary.totals for _, summary in sorted(run.summaries.items())] == [(0, 1), (1, 1), (0, 0)]


@pytest.mark.parametrize("plausible", [PLAUSIBLE, dict.fromkeys(COLUMNS[2:], (-1e300, 1e300))])
def test_measures_of_few_values_are_judged_like_others(
    plausible: dict[str, tuple[float, float]],
    duck: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a column is a dictionary, DuckDB judges values, and compares their bits; the minutes must not differ."""
    values = "0.0, -0.0, -1.0, -2.5, -1e9, 60.0, 99.9, 100.0, 100.1, 1e-310, 'nan', 'inf', '-inf', null"
    measures = [
        f"([{values}]::double[])[(1 + hash(range, {salt}) % 14)::bigint] as {name}"
        for salt, name in enumerate(COLUMNS[2:])
    ]
    query = f"""
        select {NOON} + to_seconds(range % 6000) as "timestamp", 'hulk' as hero_id, {", ".join(measures)}
        from range(20000)
    """
    expected = []
    for asked_bytes in (0, 10**9):
        monkeypatch.setattr(aggregation, "ASKED_BYTES", asked_bytes)
        _, found = aggregate(duck, tmp_path, query, rules=FormatRules(plausible=plausible))
        macro = duck.execute(
            "select macro_definition from duckdb_functions() where function_name = 'measured_readings'"
        )
        ((text,),) = macro.fetchall()
        assert ("few_plausible" in text) == (asked_bytes == 0)
        expected.append([{name: value for name, value in row.items() if name != "url"} for row in found])
    assert expected[0] == expected[1]
    assert sum(row["heart_rate_invalid"] for row in expected[0]) > 0
    lowest = min(row["heart_rate_min"] for row in expected[0] if row["heart_rate_min"] is not None)
    assert lowest == (0 if plausible == PLAUSIBLE else -1e9)


def test_a_small_last_row_group_without_dictionaries_does_not_matter(
    duck: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Objects of 862,068 readings had seven row groups with dictionaries, and an eighth of 1,908 readings without."""
    path = tmp_path / "readings.parquet"
    duck.execute(
        f"""
        copy (
            select
                if(range < 122880, range % 500, range)::double as heart_rate,
                range::double as stress_level
            from range(125000)
        ) to '{path}' (row_group_size 122880)
        """
    )
    chunks = f"select path_in_schema, encodings from parquet_metadata('{path}') where encodings like '%DICTIONARY%'"
    assert duck.execute(f"{chunks} order by 1").fetchall() == [("heart_rate", "PLAIN_DICTIONARY")]
    assert with_few_values(duck, [str(path)]) == {"heart_rate"}
