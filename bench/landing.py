"""Landing zones of the benchmark: the same readings in few objects or in many."""

from __future__ import annotations

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
    query = READINGS_SQL.read_text(encoding="utf-8")
    with duckdb.connect() as connection:
        for number in range(objects):
            connection.execute(f"set variable first_reading = {readings * number // objects}")
            connection.execute(f"set variable last_reading = {readings * (number + 1) // objects}")
            connection.execute(f"copy ({query}) to '{folder}/part-{number:06}.parquet' (format parquet)")
    unfinished.rename(buckets / name)
    return name
