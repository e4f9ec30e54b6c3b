"""Writes a Parquet file of readings again without some heroes, and compares all that is left of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from include.cerebro.formats.parquet import chosen_columns
from include.cerebro.formats.readings import quoted
from include.cerebro.formats.rules import FormatRules
from include.cerebro.maintenance.erasure.errors import CannotRewriteError
from include.cerebro.maintenance.erasure.hero_ids import Among, find_leaving
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import filled_sql, read_sql


def rewrite_readings(path: Path, target: Path, among: Among, rules: FormatRules, settings: Settings) -> int:
    """Write a file again without the readings of some heroes, with its columns, types, metadata and order of rows.

    Takes and raises what ``rewriting.rewrite`` does. Returns how many readings left; none writes no file.
    """
    with duckdb_session(settings) as duck:
        source, written = str(path), str(target)
        rows = duck.read_parquet(source, file_row_number=True)
        columns = [name for name in rows.columns if name != "file_row_number"]
        described = _described(duck, source)
        if len(rows.columns) != len({name.lower() for name in rows.columns}) or len(columns) + 1 != len(rows.columns):
            raise CannotRewriteError("the names of its columns collide")
        hero = columns[chosen_columns(columns)["hero_id"]]
        if not find_leaving(duck, rows, hero, among, rules):
            return 0
        rows.create_view("delivered")
        duck.sql(_filled("left_rows", hero=quoted(hero))).create_view("left_rows")
        (before,) = rows.aggregate("count(*)").fetchone() or (0,)
        (after,) = duck.view("left_rows").aggregate("count(*)").fetchone() or (0,)
        if not after:
            raise CannotRewriteError("nothing but the hero is in it; delete it")
        listed = ", ".join(map(quoted, columns))
        options = f"compression {_codec(duck, source)}{_metadata_option(duck, source)}"
        ordered = _filled("ordered_rows", columns=listed)
        duck.execute(f"copy ({ordered}) to '{_text(written)}' (format parquet, {options})")
        if described != _described(duck, written):
            raise CannotRewriteError("DuckDB would write its columns with other types")
        if _metadata(duck, source) != _metadata(duck, written):
            raise CannotRewriteError("DuckDB would not keep its metadata")
        duck.read_parquet(written, file_row_number=True).create_view("written")
        left, right = (
            duck.execute(_filled("digest", columns=listed, rows=view)).fetchone() for view in ("left_rows", "written")
        )
        if left != right:
            raise CannotRewriteError("DuckDB would write other values")
        return int(before - after)


def _filled(name: str, **parts: str) -> str:
    """Return a statement of files/, with its parts."""
    return filled_sql(f"maintenance/erasure/files/{name}.sql", parts)


def _described(duck: duckdb.DuckDBPyConnection, path: str) -> list[Any]:
    return duck.execute(read_sql("maintenance/erasure/files/columns.sql"), [path]).fetchall()[1:]


def _metadata(duck: duckdb.DuckDBPyConnection, path: str) -> list[tuple[bytes, bytes]]:
    return sorted(duck.execute("select key, value from parquet_kv_metadata(?)", [path]).fetchall())


def _metadata_option(duck: duckdb.DuckDBPyConnection, path: str) -> str:
    pairs = [f"'{_text(key.decode())}': '{_text(value.decode())}'" for key, value in _metadata(duck, path)]
    return f", kv_metadata {{{', '.join(pairs)}}}" if pairs else ""


def _codec(duck: duckdb.DuckDBPyConnection, path: str) -> str:
    (codec,) = duck.execute("select any_value(compression) from parquet_metadata(?)", [path]).fetchone() or ("",)
    return {"GZIP": "gzip", "ZSTD": "zstd", "UNCOMPRESSED": "uncompressed", "LZ4_RAW": "lz4_raw"}.get(codec, "snappy")


def _text(value: str) -> str:
    return value.replace("'", "''")
