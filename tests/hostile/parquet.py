"""Parquet files at random: of several writers, with every type that a column may have, and some that it may not."""

from __future__ import annotations

import io
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import reject
from hypothesis import strategies as st

from tests.hostile.texts import INSTANTS, ODD_TEXT

Values = st.SearchStrategy[Any]

NOON = 1_735_732_800
PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
SOME_TEXT = ODD_TEXT.map(lambda text: text.encode(errors="replace").decode())
INSTANT_TEXT = INSTANTS.map(lambda value: str(value).encode(errors="replace").decode())
HERO_TEXT = st.one_of(*[st.sampled_from(["hulk", "Hulk", " thor ", "1", "1.0"])] * 2, SOME_TEXT)
FLOATS = st.one_of(
    st.floats(0, 300), st.sampled_from([float("nan"), float("inf"), -1.0, -0.0, 1e308, 1e-310, 1e9, 1e9 + 1, 300.5])
)
FLOATS_32 = st.one_of(st.floats(0, 300, width=32), st.sampled_from([float("nan"), float("-inf"), -1.0, 1e30]))
NUMBER_TEXT = st.one_of(
    FLOATS.map(str), st.sampled_from([" 72 ", "+72", "7e1", "72,5", "1_000", "0x48", ".5"]), SOME_TEXT
)
DECIMALS = st.sampled_from([Decimal("72.50"), Decimal("-1.00"), Decimal("0.00"), Decimal("99999999.99")])
INTEGERS = st.sampled_from([0, 1, 72, 100, 127])


def timestamps(unit: str, zone: str | None = None) -> tuple[pa.DataType, Values]:
    around = st.integers(0, 600).map(lambda second: (NOON + second) * PER_SECOND[unit])
    extremes = st.sampled_from([0, 2**63 - 1, -(2**63) + 2, -62_135_596_800 * PER_SECOND[unit] % 2**62])
    return pa.timestamp(unit, zone), st.one_of(*[around] * 7, extremes)


def texts(values: st.SearchStrategy[str]) -> list[tuple[pa.DataType, Values]]:
    as_bytes = st.one_of(values.map(str.encode), st.binary(max_size=4))
    return [
        (pa.string(), values), (pa.large_string(), values), (pa.dictionary(pa.int8(), pa.string()), values),
        (pa.binary(), as_bytes),
    ]  # fmt: skip


NUMBERS: list[tuple[pa.DataType, Values]] = [
    (pa.float64(), FLOATS), (pa.float32(), FLOATS_32), (pa.decimal128(10, 2), DECIMALS),
    (pa.decimal128(38, 2), DECIMALS), (pa.decimal256(50, 2), DECIMALS), (pa.null(), st.none()),
    *((kind(), INTEGERS) for kind in (pa.int8, pa.uint8, pa.int16, pa.int32, pa.uint32, pa.int64, pa.uint64)),
]  # fmt: skip
REFUSED: list[tuple[pa.DataType, Values]] = [
    (pa.bool_(), st.booleans()),
    (pa.list_(pa.string()), st.lists(SOME_TEXT, max_size=2)),
]
TIMES = [
    *(timestamps(unit, zone) for unit in PER_SECOND for zone in (None, "UTC", "Europe/Berlin")),
    (pa.date32(), st.integers(0, 20_000)), (pa.null(), st.none()), *texts(INSTANT_TEXT),
]  # fmt: skip
IDS = [*texts(HERO_TEXT), *texts(HERO_TEXT), *NUMBERS]
MEASURES = [*NUMBERS, *NUMBERS, *texts(NUMBER_TEXT)]
EXTRA: list[tuple[pa.DataType, Values]] = [
    (pa.string(), SOME_TEXT), (pa.int64(), INTEGERS), (pa.struct({"a": pa.int64()}), st.just({"a": 1})), *REFUSED,
]  # fmt: skip
EXTRA_NAMES = st.sampled_from([
    "filename", "file_row_number", "file_index", "reason", "source_key", "row_number", "cerebro_reading", "TIMESTAMP",
    "hero id", 'quo"te', "Größe", "x" * 300, "select", "heart_rate_sum",
])  # fmt: skip


@st.composite
def parquet_files(draw: st.DrawFn) -> bytes:
    """Up to eight readings. One file in ten lacks a column, has a type that nobody can use, or is cut off."""
    rows = draw(st.integers(0, 8))
    damage = draw(st.sampled_from([""] * 27 + ["missing", "refused", "cut off"]))
    names = ["timestamp", "hero_id", "heart_rate", "stress_level", "energy_output"]
    kinds = [TIMES, IDS, MEASURES, MEASURES, MEASURES]
    columns: dict[str, pa.Array] = {}
    for name, choice in zip(names, kinds, strict=True):
        kind, values = draw(st.sampled_from(REFUSED if damage == "refused" and name == "heart_rate" else choice))
        spelling = draw(st.sampled_from([name, name, name, name.upper()]))
        columns[spelling] = filled(draw, kind, values, rows)
    for name in draw(st.lists(EXTRA_NAMES, max_size=2, unique=True)):
        kind, values = draw(st.sampled_from(EXTRA))
        columns.setdefault(name, filled(draw, kind, values, rows))
    order = draw(st.permutations(list(columns)))
    table = pa.table({name: columns[name] for name in (order[1:] if damage == "missing" else order)})
    try:
        body = written(draw, table)
    except Exception:
        reject()
    return body[: len(body) // 2] if damage == "cut off" else body


def filled(draw: st.DrawFn, kind: pa.DataType, values: Values, rows: int) -> pa.Array:
    drawn = draw(st.lists(st.one_of(*[values] * 7, st.none()), min_size=rows, max_size=rows))
    return pa.array(drawn, kind)


def written(draw: st.DrawFn, table: pa.Table) -> bytes:
    sink = io.BytesIO()
    # Polars panics at decimals of more than 38 digits.
    is_too_wide = any(pa.types.is_decimal256(column.type) for column in table.columns)
    match draw(st.sampled_from(["pyarrow", "pyarrow", "duckdb", "pyarrow" if is_too_wide else "polars"])):
        case "polars":
            pl.DataFrame(table).write_parquet(sink, compression=draw(st.sampled_from(["zstd", "snappy", "lz4"])))
        case "duckdb":
            with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
                connection.execute("set timezone = 'UTC'")
                connection.from_arrow(table).write_parquet(str(path := Path(folder) / "object.parquet"))
                return path.read_bytes()
        case _:
            pq.write_table(
                table, sink,
                compression=draw(st.sampled_from(["none", "snappy", "gzip", "zstd", "brotli", "lz4"])),
                version=draw(st.sampled_from(["1.0", "2.4", "2.6"])),
                data_page_version=draw(st.sampled_from(["1.0", "2.0"])),
                use_dictionary=draw(st.booleans()),
                store_schema=draw(st.booleans()),
                use_deprecated_int96_timestamps=draw(st.sampled_from([False, False, True])),
                row_group_size=draw(st.integers(1, 8)),
            )  # fmt: skip
    return sink.getvalue()
