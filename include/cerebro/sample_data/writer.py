"""Writes a realistic, dirty and reproducible landing zone with DuckDB.

The SQL in ``include/sql/sample_data`` defines it: ``heroes.sql``, ``missions.sql`` and ``readings.sql`` are the world,
``sensors.sql`` distorts it as sensors do, the three ``layout_*.sql`` list the objects, and one statement for each kind
of object writes it. The same size and seed give the same bytes on any day: time begins on 2025-01-01 UTC, and noise is
a hash of the seed and its purpose.
"""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from duckdb import DuckDBPyConnection

    from include.cerebro.platform.object_store import ObjectStore
    from include.cerebro.platform.settings import Settings
    from include.cerebro.zones.places import Place

Dataset = Literal["heroes", "missions", "biometrics"]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SampleSize:
    """The size of the sample.

    Attributes:
        heroes: number of heroes; the first ten are known by name.
        missions: number of missions, spread evenly over the hours.
        hours: hours of biometrics from 2025-01-01 UTC on, at one reading a second and hero.
        seed: another seed gives other missions and other readings.
        dirt: whether the data has the faults of real data.
    """

    heroes: int = 10
    missions: int = 50
    hours: int = 24
    seed: int = 42
    dirt: bool = True

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be written.

        Raises:
            ValueError: a number is too small.
        """
        for name, least in (("heroes", 1), ("missions", 1), ("hours", 1), ("seed", 0)):
            if getattr(self, name) < least:
                raise ValueError(f"Sample data: {name} is {getattr(self, name)}; give {least} or more.")


@dataclass(frozen=True)
class Written:
    """The objects written: their number, bytes and rows, and the seconds that it took."""

    objects: int
    size_bytes: int
    rows: int
    seconds: float


def write_sample(store: ObjectStore, place: Place, dataset: Dataset, size: SampleSize, settings: Settings) -> Written:
    """Write all objects of one dataset into a landing zone; objects with the same keys are overwritten.

    Memory stays flat: an object holds an hour (biometrics) or a day (missions), and one is written at a time.

    Raises:
        duckdb.Error: the object store cannot be written to; the message names the object.
    """
    started = time.monotonic()
    with duckdb_session(settings, store) as connection:
        create_world(connection, size)
        objects = write_objects(connection, dataset, place.url)
    client = store.client()
    size_bytes = sum(client.head_object(Bucket=place.bucket, Key=place.key(name))["ContentLength"] for name in objects)
    written = Written(len(objects), size_bytes, sum(objects.values()), round(time.monotonic() - started, 2))
    log.info("Wrote %s to %s: %s", dataset, place.url, written)
    return written


def log_total(**datasets: Mapping[str, float]) -> None:
    """Log the totals over all datasets, each given as the fields of :class:`Written`."""
    log.info(
        "Landing zone written: %d objects, %d bytes, %d readings, %.1f s of work.",
        sum(written["objects"] for written in datasets.values()),
        sum(written["size_bytes"] for written in datasets.values()),
        datasets["biometrics"]["rows"],
        sum(written["seconds"] for written in datasets.values()),
    )


def create_world(connection: DuckDBPyConnection, size: SampleSize) -> None:
    """Create the tables and macros of the sample in a DuckDB connection."""
    # The bytes of a Parquet file depend on how rows are distributed to threads, so there is one thread.
    connection.execute("set threads = 1")
    connection.execute("set preserve_insertion_order = true")
    connection.execute("set timezone = 'UTC'")
    for name, value in asdict(size).items():
        connection.execute(f"set variable {name} = $value", {"value": value})
    for name in ("heroes", "missions", "readings", "sensors"):
        connection.execute(read_sql(f"sample_data/{name}.sql"))


def write_objects(connection: DuckDBPyConnection, dataset: Dataset, landing_zone: str) -> dict[str, int]:
    """Write the objects of one dataset below ``landing_zone`` (a URL or folder, with the slash at its end).

    Returns:
        The number of rows of each object, by key, in the order in which they were written.
    """
    layout = connection.execute(read_sql(f"sample_data/layout_{dataset}.sql"))
    columns = [column[0] for column in layout.description]
    rows = {}
    for values in layout.fetchall():
        arguments = dict(zip(columns, values, strict=True))
        object_key, statement = arguments.pop("object_key"), arguments.pop("statement")
        result = connection.execute(
            read_sql(f"sample_data/{statement}.sql"), {**arguments, "object_url": landing_zone + object_key}
        ).fetchone()
        rows[object_key] = result[0] if result else 0
    return rows
