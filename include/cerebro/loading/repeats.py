"""Rejects readings whose hero and instant are in force already, in landing zones whose ``overlap`` is ``reject``.

The exact instants of all loads in force are in ``raw.instants``. A load looks up the hours of a hero that it has
readings in. The loads of such a landing zone take turns, so that each sees what the one before holds.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from include.cerebro.ledger.objects import Origin, columns
from include.cerebro.loading.minutes import copy_instants
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.datasets import BIOMETRICS

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from include.cerebro.loading.site import LoadSite

# A part waits for the one before, and reads its objects within the transaction.
TURN = {"lock_timeout": "1h", "idle_in_transaction_session_timeout": "1h"}


class RepeatedReadings:
    """What is in force in a landing zone, as far as one part of a load needs to know.

    Attributes:
        connection: the connection whose transaction holds the turn; the part commits in it.
    """

    def __init__(self, connection: Connection, origin: Origin) -> None:
        self.connection = connection
        self._origin = origin

    def find(self, duck: duckdb.DuckDBPyConnection, objects: Sequence[StoredObject]) -> bool:
        """Find the readings that repeat others, and return whether there are any.

        Args:
            duck: the connection whose table ``instants`` has the instants of the part.
            objects: the part's objects, which supersede their own former loads.
        """
        wanted = duck.execute(read_sql("loading/biometrics/wanted_hours.sql")).fetchall()
        parameters = columns(objects) | {
            "landing_zone": self._origin.landing_zone,
            "hero_ids": [hero_id for hero_id, _ in wanted],
            "hour_numbers": [hour_number for _, hour_number in wanted],
        }
        with self.connection.cursor() as cursor, tempfile.NamedTemporaryFile(prefix="cerebro-instants-") as lines:
            statement = cursor.mogrify(read_sql("ledger/held_instants.sql"), parameters)
            cursor.copy_expert(statement.decode(), lines)
            lines.flush()
            duck.execute(read_sql("loading/biometrics/held_instants.sql"), [lines.name])
        duck.execute(read_sql("loading/biometrics/repeats.sql"))
        return duck.execute("select url from repeats limit 1").fetchone() is not None

    @staticmethod
    def copy(duck: duckdb.DuckDBPyConnection, cursor: Cursor) -> None:
        """Write the instants of the claimed objects."""
        copy_instants(duck, read_sql("loading/biometrics/instant_rows.sql"), cursor)

    @staticmethod
    def repeated(duck: duckdb.DuckDBPyConnection) -> dict[str, list[int]]:
        """Return whose readings the claimed objects repeat: the columns of ``raw.repeated_readings``, as parameters."""
        rows = duck.execute(read_sql("loading/biometrics/repeated_rows.sql")).fetchall()
        names = ("load_ids", "holder_load_ids", "readings")
        return {name: [row[place] for row in rows] for place, name in enumerate(names)}


@contextmanager
def turn(site: LoadSite) -> Iterator[RepeatedReadings | None]:
    """Wait for the turn of a landing zone's load; it ends with the transaction. None if repeated readings count."""
    if site.zone.overlap != "reject":
        yield None
        return
    origin = site.origin(BIOMETRICS)
    with site.warehouse.connect(LOADER_ROLE, TURN) as connection:
        with connection.cursor() as cursor:
            cursor.execute(read_sql("ledger/lock_readings.sql"), {"landing_zone": origin.landing_zone})
        yield RepeatedReadings(connection, origin)
