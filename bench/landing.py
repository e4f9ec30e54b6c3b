"""Landing zones of the benchmark: the same readings in few objects or in many."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import duckdb

READINGS_SQL = Path(__file__).with_name("sql") / "readings.sql"


def write_landing_zone(services: Mapping[str, str], readings: int, objects: int, say: Callable[[str], None]) -> str:
    """Write the bucket into the object store's folder unless it is there, and return its name.

    Object i of n holds the i-th part of the readings, under ``biometrics/part-<i>.parquet``.
    """
    name = f"readings-{readings}-in-{objects}"
    buckets = Path(services["CEREBRO_STATE_DIR"]) / "s3"
    if (buckets / name).exists():
        return name
    say(f"Writing {readings:,} readings into {objects:,} objects ...")
    # Written beside its place: there is never half of one.
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
    """Write the readings from number ``first`` up to ``last`` into one file."""
    with duckdb.connect() as connection:
        _write(connection, path, first, last)


def _write(connection: duckdb.DuckDBPyConnection, path: Path, first: int, last: int) -> None:
    connection.execute(f"set variable first_reading = {first}")
    connection.execute(f"set variable last_reading = {last}")
    connection.execute(f"copy ({READINGS_SQL.read_text(encoding='utf-8')}) to '{path}' (format parquet)")


def copy_landing_zone(source: Path, target: Path) -> None:
    """Let the folder of one bucket hold all objects of another's, too."""
    shutil.copytree(source, target, dirs_exist_ok=True, copy_function=os.link)
