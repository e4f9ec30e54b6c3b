"""The benchmark's landing zones: the same readings in few objects or in many."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb

SQL = Path(__file__).with_name("sql")
READINGS_SQL = SQL / "readings.sql"
LATER_SQL = SQL / "later_readings.sql"

# The 50 million readings of a block, 50,000 seconds of 1,000 heroes, are computed, which takes 0.5 s of processor time
# a million. The next blocks are the same readings, that much later, which takes 0.2 s a million on all cores.
BLOCK_READINGS, BLOCK_SECONDS = 50_000_000, 50_000

# The embedded object store reads a folder again each second, which took 1.6 s with 100,000 objects in it, and 0.02 s
# with 1,000: its time would hide that of the loads.
FOLDER_OBJECTS = 1_000


def write_landing_zone(services: Mapping[str, str], readings: int, objects: int, say: Callable[[str], None]) -> str:
    """Write a bucket into the object store's folder unless it exists.

    Object i of n holds the i-th part of the readings, under ``biometrics/<i // 1000>/part-<i>.parquet``. Whole blocks
    of readings in equally many objects are the first block, again and again.

    Args:
        services: the environment of the running services.
        readings: number of readings in all objects together.
        objects: number of objects.
        say: reports progress.

    Returns:
        The bucket's name.
    """
    name = f"readings-{readings}-in-{objects}"
    buckets = Path(services["CEREBRO_STATE_DIR"]) / "s3"
    if (buckets / name).exists():
        return name
    say(f"Writing {readings:,} readings into {objects:,} objects ...")
    # Renamed when it is complete: no bucket is ever half written.
    unfinished = buckets / f"unfinished-{name}"
    blocks = readings // BLOCK_READINGS or 1
    if readings % BLOCK_READINGS or objects % blocks:
        blocks = 1
    in_block, each = readings // blocks, objects // blocks
    paths = [
        unfinished / "biometrics" / f"{number // FOLDER_OBJECTS:03}" / f"part-{number:06}.parquet"
        for number in range(objects)
    ]
    for path in paths[::FOLDER_OBJECTS]:
        path.parent.mkdir(parents=True, exist_ok=True)
    # DuckDB counts readings with one thread, so each core writes files of its own.
    writers = os.cpu_count() or 1

    def write(writer: int) -> None:
        with duckdb.connect() as connection:
            for number in range(writer, each, writers):
                _write(connection, paths[number], in_block * number // each, in_block * (number + 1) // each)

    def write_again(writer: int) -> None:
        with duckdb.connect() as connection:
            for number in range(each + writer, objects, writers):
                _write_later(connection, paths[number % each], paths[number], number // each * BLOCK_SECONDS)

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
        list(pool.map(write_again, range(writers)))
    unfinished.rename(buckets / name)
    return name


def write_readings(path: Path, first: int, last: int) -> None:
    """Write readings into one Parquet file.

    Args:
        path: the file.
        first: number of the first reading.
        last: number of the first reading that is not written.
    """
    with duckdb.connect() as connection:
        _write(connection, path, first, last)


def _write(connection: duckdb.DuckDBPyConnection, path: Path, first: int, last: int) -> None:
    """Write the readings with the numbers from ``first`` to ``last`` - 1."""
    connection.execute("set variable first_reading = ?", [first])
    connection.execute("set variable last_reading = ?", [last])
    connection.execute(f"copy ({READINGS_SQL.read_text(encoding='utf-8')}) to ? (format parquet)", [str(path)])


def _write_later(connection: duckdb.DuckDBPyConnection, source: Path, target: Path, seconds: int) -> None:
    """Write the readings of a file again, so many seconds later."""
    connection.execute("set variable source = ?", [str(source)])
    connection.execute("set variable later = ?", [seconds])
    connection.execute(f"copy ({LATER_SQL.read_text(encoding='utf-8')}) to ? (format parquet)", [str(target)])


def copy_landing_zone(source: Path, target: Path) -> None:
    """Link all objects in the folder of one bucket into that of another one."""
    shutil.copytree(source, target, dirs_exist_ok=True, copy_function=os.link)
