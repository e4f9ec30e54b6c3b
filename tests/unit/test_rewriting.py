"""Files of the landing zone without a hero: nothing else of them changes, or they stay as they are."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from include.cerebro.formats.rules import DEFAULT_RULES
from include.cerebro.maintenance.erasure.errors import CannotRewriteError
from include.cerebro.maintenance.erasure.rewriting import rewrite
from include.cerebro.platform.settings import Settings


def the_hulk(ids: Iterable[str]) -> set[str]:
    return {name for name in ids if name.lower().replace("-", "") == "hulk"}


def rewritten(tmp_path: Path, dataset: str, body: bytes, removed: int) -> bytes:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(body)
    assert rewrite(dataset, source, target, the_hulk, DEFAULT_RULES, Settings()) == removed
    return target.read_bytes()


def refused(tmp_path: Path, dataset: str, body: bytes) -> str:
    with pytest.raises(CannotRewriteError) as error:
        rewritten(tmp_path, dataset, body, 0)
    return str(error.value)


HEADER = b"hero_id,name,alter_ego,first_appearance\r\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_lines_of_a_hero_leave_and_the_others_stay(tmp_path: Path, pack: Any) -> None:
    kept = b'thor,"Thor, son\r\nof Odin",,1962\r\n\r\nloki,Loki,,1962'
    body = HEADER + b'HULK,"Green\r\nOne",,1962\r\n' + kept.replace(b"\r\n\r\n", b"\r\nhu-lk,x,,\r\n,hulk,,\r\n\r\n")
    first = HEADER + b"hulk,x,,1\r\n" + kept
    found = rewritten(tmp_path, "heroes", pack(first), 1)
    assert (gzip.decompress(found) if found.startswith(b"\x1f\x8b") else found) == HEADER + kept
    # The first record has two lines: where it begins is not told, so the file stays.
    assert "stay" in refused(tmp_path, "heroes", pack(body))
    later = HEADER + kept.replace(b"\r\n\r\n", b"\r\nhu-lk,x,,\r\n,hulk,,\r\n\r\n")
    found = rewritten(tmp_path, "heroes", later, 2)
    assert found == HEADER + kept


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_stays(tmp_path: Path, encoding: str) -> None:
    text = "hero_id;name;alter_ego;first_appearance\nthor;Thör;é;1962\nhulk;Hülk;;1\nloki;Löki;;2\n"
    body = text.encode(encoding)
    expected = text.replace("hulk;Hülk;;1\n", "").encode(encoding)
    assert rewritten(tmp_path, "heroes", body, 1) == expected


@pytest.mark.parametrize("shape", ["array", "lines", "object"])
def test_a_crew_loses_the_hero_and_nothing_else(tmp_path: Path, shape: str) -> None:
    records = [
        '{"mission_id": "m1",  "hero_ids": ["thor","Hulk"], "timestamp": "2025-01-01T00:00:00Z", "odd": 1.50}',
        '{"missionId": "m2", "heroIds": "hulk, loki", "timestamp": "2025-01-01T00:00:00Z"}',
        '{"mission_id": "m3", "hero_ids": ["thor"], "timestamp": "2025-01-01T00:00:00Z"}',
    ]
    gone = [
        records[0].replace('["thor","Hulk"]', '["thor"]'),
        records[1].replace('"hulk, loki"', '["loki"]'),
        records[2],
    ]
    start, between, end = {
        "array": ("[\n", ",\n", "\n]\n"),
        "lines": ("", "\n", ""),
        "object": ('{"missions": [', ", ", "]}"),
    }[shape]
    before, after = (start + between.join(it) + end for it in (records, gone))
    assert rewritten(tmp_path, "missions", before.encode(), 2).decode() == after


def test_what_cannot_be_rewritten_stays(tmp_path: Path) -> None:
    broken = {"mission_id": "m1", "timestamp": "never", "hero_ids": ["hulk"]}
    good = {"mission_id": "m2", "timestamp": "2025-01-01T00:00:00Z", "hero_ids": ["thor", "hulk"]}
    assert "names the hero" in refused(tmp_path, "missions", json.dumps([good, broken]).encode())
    assert "nothing but the hero" in refused(tmp_path, "heroes", HEADER + b"hulk,x,,\n")
    assert "not found" in refused(tmp_path, "heroes", HEADER + b"thor,x,,\n")
    assert "cannot be read" in refused(tmp_path, "biometrics", b"no Parquet")


@pytest.mark.parametrize(
    ("dataset", "body"),
    [
        ("heroes", HEADER + b"hulk,Hulk,,1962\r\nn/a,Thor,,1962\r\n"),
        ("missions", b'[{"mission_id": null, "timestamp": "2025-01-01", "hero_ids": ["hulk"]}]'),
        ("biometrics", [("hulk", 80), (None, 81)]),
        ("biometrics", [("hulk", 80)]),
        ("heroes", HEADER + b"hulk,Hulk,,1962\r\n"),
    ],
)
def test_what_a_load_would_refuse_afterwards_stays(tmp_path: Path, dataset: str, body: Any) -> None:
    """Refused under a new ETag it would keep every run red."""
    problem = refused(tmp_path, dataset, body if isinstance(body, bytes) else readings(tmp_path, body))
    assert "delete it" in problem or "names the hero" in problem


def test_sensors_that_were_off_may_be_left(tmp_path: Path) -> None:
    """A load takes an object of which no reading has a usable measure."""
    found = rewritten(tmp_path, "biometrics", readings(tmp_path, [("hulk", 80), ("thor", None)]), 1)
    (tmp_path / "left.parquet").write_bytes(found)
    assert duckdb.sql(f"select hero_id from '{tmp_path}/left.parquet'").fetchall() == [("thor",)]


@pytest.mark.parametrize(
    ("hero", "other"),
    [("'hulk'::blob", "'thor'::blob"), ("'HULK'::enum('HULK', 'thor')", "'thor'::enum('HULK', 'thor')")],
)
def test_readings_leave_whatever_type_their_ids_have(tmp_path: Path, hero: str, other: str) -> None:
    query = (
        "select '2025-01-01' as \"timestamp\", {} as hero_id, 80 as heart_rate, 1 as stress_level, 1 as energy_output"
    )
    body = parquet(tmp_path, f"{query.format(hero)} union all {query.format(other)}")
    found = rewritten(tmp_path, "biometrics", body, 1)
    (tmp_path / "left.parquet").write_bytes(found)
    assert duckdb.sql(f"select hero_id::varchar from '{tmp_path}/left.parquet'").fetchall() == [("thor",)]


def readings(tmp_path: Path, rows: list[tuple[str | None, int | None]]) -> bytes:
    """Readings of a hero with a heart rate, and without other measures."""
    values = ", ".join(
        f"({'null' if hero is None else repr(hero)}::varchar, {'null' if rate is None else rate}::double)"
        for hero, rate in rows
    )
    query = (
        "select timestamp '2025-01-01' as \"timestamp\", hero_id, heart_rate, "
        f"null::double as stress_level, null::double as energy_output from (values {values}) as r (hero_id, heart_rate)"
    )
    return parquet(tmp_path, query)


def parquet(tmp_path: Path, query: str, options: str = "") -> bytes:
    path = tmp_path / "made.parquet"
    duckdb.sql(f"copy ({query}) to '{path}' (format parquet, row_group_size 2048{options})")
    return path.read_bytes()


READINGS = """
    select timestamp '2025-01-01' + interval (i) second as "timestamp",
        case i % 3 when 0 then 'hulk' when 1 then 'thor' end as Hero_ID, (i % 200)::utinyint as heart_rate,
        'nan'::float as stress_level, i::decimal(18, 3) as energy_output,
        {'a': [i, null], 'b': 'x'} as "odd ""na""me", date '2025-01-01' as day
    from range(5000) as r (i)
"""


def test_readings_leave_and_types_metadata_and_other_values_stay(tmp_path: Path) -> None:
    body = parquet(tmp_path, READINGS, ", compression zstd, kv_metadata {'device': 'it''s 7'}")
    found = rewritten(tmp_path, "biometrics", body, 1667)
    (tmp_path / "a.parquet").write_bytes(body)
    (tmp_path / "b.parquet").write_bytes(found)
    expected = f"select * from '{tmp_path}/a.parquet' where hero_id is distinct from 'hulk'"
    assert (
        duckdb.sql(f"select * from '{tmp_path}/b.parquet'").fetchall().__repr__()
        == duckdb.sql(expected).fetchall().__repr__()
    )
    types = "select column_name, column_type from (describe from '{}/{}.parquet')"
    assert duckdb.sql(types.format(tmp_path, "a")).fetchall() == duckdb.sql(types.format(tmp_path, "b")).fetchall()
    metadata = duckdb.sql(f"select key, value from parquet_kv_metadata('{tmp_path}/b.parquet')").fetchall()
    assert metadata == [(b"device", b"it's 7")]
    assert duckdb.sql(f"select distinct compression from parquet_metadata('{tmp_path}/b.parquet')").fetchall() == [
        ("ZSTD",)
    ]


def test_the_same_bytes_become_the_same_bytes(tmp_path: Path) -> None:
    """So that duplicates stay duplicates."""
    body = parquet(tmp_path, READINGS)
    assert rewritten(tmp_path, "biometrics", body, 1667) == rewritten(tmp_path, "biometrics", body, 1667)


def test_a_file_of_pandas_stays_one(tmp_path: Path) -> None:
    frame = pd.DataFrame({"timestamp": pd.to_datetime(["2025-01-01", "2025-01-02"]), "hero_id": ["hulk", "thor"],
                          "heart_rate": [1.5, 2.5], "stress_level": [1, 2], "energy_output": [1, 2]})  # fmt: skip
    frame.to_parquet(tmp_path / "pandas.parquet")
    found = rewritten(tmp_path, "biometrics", (tmp_path / "pandas.parquet").read_bytes(), 1)
    (tmp_path / "c.parquet").write_bytes(found)
    left = pd.read_parquet(tmp_path / "c.parquet")
    assert left.dtypes.to_dict() == frame.dtypes.to_dict()
    assert left.to_dict("records") == frame[1:].to_dict("records")


def test_timestamps_of_the_first_format_stay(tmp_path: Path) -> None:
    """INT96, which DuckDB does not write: another type may mean another instant."""
    frame = pd.DataFrame({"timestamp": pd.to_datetime(["2025-01-01", "2025-01-02"]), "hero_id": ["hulk", "thor"],
                          "heart_rate": [1.5, 2.5], "stress_level": [1, 2], "energy_output": [1, 2]})  # fmt: skip
    frame.to_parquet(tmp_path / "spark.parquet", use_deprecated_int96_timestamps=True)
    assert "types" in refused(tmp_path, "biometrics", (tmp_path / "spark.parquet").read_bytes())


def test_decimals_that_duckdb_reads_wrongly_stay(tmp_path: Path) -> None:
    numbers = pa.array([Decimal(f"{10**45 + number}.125") for number in range(2)], pa.decimal256(50, 3))
    table = pa.table({"timestamp": ["2025-01-01", "2025-01-02"], "hero_id": ["hulk", "thor"], "heart_rate": [1, 2],
                      "stress_level": [1, 2], "energy_output": [1, 2], "extra": numbers})  # fmt: skip
    pq.write_table(table, tmp_path / "decimals.parquet")
    refused(tmp_path, "biometrics", (tmp_path / "decimals.parquet").read_bytes())
