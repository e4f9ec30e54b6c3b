"""The quarantine is written again without the rows of forgotten heroes, within DuckDB's memory limit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from include.cerebro.maintenance.erasure.quarantine import find_rows, write_without
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.settings import Settings

RECORDS = 8000
# 160 MB of text.
QUERY = f"""
    select 'invalid_json' as reason, 'missions/' || number // 4000 as source_key, number as row_number,
        repeat(md5(number::text), 625) as record
    from range({RECORDS}) as numbers (number)
"""


def test_rows_leave_a_file_of_long_records_in_little_memory_and_the_others_keep_their_order(tmp_path: Path) -> None:
    path, kept = tmp_path / "rejected.parquet", tmp_path / "kept.parquet"
    with duckdb_session(Settings(), threads=1) as duck:
        duck.execute(f"copy ({QUERY}) to '{path}' (format parquet, row_group_size_bytes '32MB')")
    with duckdb_session(Settings(duckdb_memory_limit="300MB"), threads=1) as duck:
        assert write_without(duck, [3, 3999], path, kept) == {"missions/0"}
        rows = duck.read_parquet(str(kept)).select("row_number").fetchall()
        assert [number for (number,) in rows] == [number for number in range(RECORDS) if number not in (3, 3999)]


@pytest.mark.parametrize(
    ("delivered", "hero_id"),
    [
        ("'hulk'::blob", "hulk"),
        ("' hulk '", "hulk"),
        ("'n/a'", "n/a"),
        ("'\"hulk\"'::json", "hulk"),
        ("'7.0'::json", "7"),
        ("'9f1c2d3e-0000-4000-8000-000000000001'::uuid", "9f1c2d3e-0000-4000-8000-000000000001"),
        ("'hulk'::enum('hulk', 'thor')", "hulk"),
        ("7.0::double", "7"),
        ("7.00::decimal(9, 2)", "7"),
        ("1e20::float", "100000002004087734272"),
    ],
)
def test_rejected_readings_are_found_whatever_type_their_ids_have(tmp_path: Path, delivered: str, hero_id: str) -> None:
    """A load takes them all. 1e20 as a float had other digits for Python."""

    def erased(ids: Iterable[str]) -> set[str]:
        return {name for name in ids if name == hero_id}

    path = tmp_path / "rejected.parquet"
    reading = "'invalid_timestamp' as reason, 'a' as source_key, 1 as row_number"
    with duckdb_session(Settings(), threads=1) as duck:
        duck.execute(f"copy (select {reading}, {delivered} as hero_id) to '{path}' (format parquet)")
        assert find_rows(duck, path, erased) == [0]


@pytest.mark.parametrize("record", ['{"hero_ids": [1.0], "timestamp": "bad"}', "1.0,Hulk"])
def test_rejected_records_are_found_if_their_id_is_an_integral_number(tmp_path: Path, record: str) -> None:
    path = tmp_path / "rejected.parquet"
    with duckdb_session(Settings(), threads=1) as duck:
        duck.execute("set variable record = ?", [record])
        query = "select 'invalid_csv' as reason, 'a' as source_key, 1 as row_number, getvariable('record') as record"
        duck.execute(f"copy ({query}) to '{path}' (format parquet)")
        assert find_rows(duck, path, lambda ids: set(ids) & {"1"}) == [0]
        assert find_rows(duck, path, lambda ids: set(ids) & {"10"}) == []
