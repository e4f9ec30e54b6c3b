"""The benchmark's landing zones: the same readings in few objects or in many."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

READINGS_SQL = Path(__file__).with_name("sql") / "readings.sql"


def write_landing_zone(services: Mapping[str, str], readings: int, objects: int, say: Callable[[str], None]) -> str:
    """Write a bucket into the object store's folder unless it exists.

    Object i of n holds the i-th part of the readings, under ``biometrics/part-<i>.parquet``.

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
    folder = unfinished / "biometrics"
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for number in range(objects):
            first, last = readings * number // objects, readings * (number + 1) // objects
            _write(connection, folder / f"part-{number:06}.parquet", first, last)
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


def copy_landing_zone(source: Path, target: Path) -> None:
    """Link all objects in the folder of one bucket into that of another one."""
    shutil.copytree(source, target, dirs_exist_ok=True, copy_function=os.link)
