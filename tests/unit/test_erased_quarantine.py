"""The quarantine is written again without the rows of forgotten heroes, within DuckDB's memory limit."""

from __future__ import annotations

from pathlib import Path

from include.cerebro.maintenance.erasure.quarantine import write_without
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
