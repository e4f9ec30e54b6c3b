"""The archive of minutes that retention takes out of ``raw``: a Parquet file for each table, day and step.

A step is one transaction of the retention, named by its horizon: all that is older leaves with it. Its files are
written before it commits, under keys that a retry writes again; ``meta.archive_files`` has those of committed steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.places import Place

if TYPE_CHECKING:
    import duckdb
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

BIOMETRICS = "biometrics"
INSTANTS = "instants"
_MEASURES = ("heart_rate", "stress_level", "energy_output")
# The columns of the tables of raw that have minutes, in the order of their COPY (loading/biometrics/copy_*.sql), with
# DuckDB's types.
TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        BIOMETRICS: {"load_id": "bigint", "hero_id": "varchar", "minute_at": "timestamptz", "reading_count": "integer"}
        | {
            f"{measure}_{part}": "integer" if part == "count" else "double"
            for measure in _MEASURES
            for part in ("count", "sum", "min", "max")
        }
        | {"seconds": "bigint"},
        INSTANTS: {
            "load_id": "bigint",
            "hero_id": "varchar",
            "hour_at": "timestamptz",
            "minute_at": "timestamptz",
            "offsets": "integer[]",
        },
    }
)


@dataclass(frozen=True)
class Archive:
    """Where archived minutes are kept.

    Attributes:
        store: the store of the archive.
        place: the bucket, and the prefix of all keys.
        settings: limits of DuckDB.
    """

    store: ObjectStore
    place: Place
    settings: Settings

    @classmethod
    def of(cls, settings: Settings, store: ObjectStore) -> Archive | None:
        """Return the archive of a deployment; None if it has none."""
        return cls(store, Place.parse(settings.archive_bucket), settings) if settings.archive_bucket else None

    def key(self, table: str, day: date, until: datetime) -> str:
        """Return the key of the rows of a day that leave a table in the step up to a horizon."""
        return self.place.key(f"before-{until:%Y-%m-%d}/{table}-{day}.parquet")


def is_key(place: Place, key: str) -> bool:
    """Return whether a key of a place is that of an archive's file."""
    return key.startswith(place.key("before-")) and key.endswith(".parquet")


def count(duck: duckdb.DuckDBPyConnection, address: str) -> int:
    """Return the number of rows of a Parquet file, as its own footer says."""
    (rows,) = duck.execute("select coalesce(sum(num_rows), 0) from parquet_file_metadata(?)", [address]).fetchone() or (
        0,
    )
    return int(rows)


def url(bucket: str, key: str) -> str:
    """Return the address of a file, as DuckDB reads it."""
    return f"s3://{bucket}/{key}"


def write(duck: duckdb.DuckDBPyConnection, query: str, path: Path) -> None:
    """Write the rows of a query as a file of the archive."""
    duck.execute("set variable archive_path = ?", [str(path)])
    duck.execute(f"copy ({query}) to (getvariable('archive_path')) (format parquet, compression zstd)")


def take_turn(cursor: Cursor) -> None:
    """Wait for whoever moves minutes between ``raw`` and the archive, and keep others out until the commit.

    Retention, reading back and the erasure of heroes take this turn, before any other lock.
    """
    cursor.execute(read_sql("maintenance/archive/take_turn.sql"))
