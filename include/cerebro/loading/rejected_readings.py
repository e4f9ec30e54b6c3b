"""The rejected readings of objects: one query reads those of all objects of equal columns; each gets its own file.

A query for each object took 60 % of the processor time of a load whose objects are small, most of it to plan the query.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import duckdb

from include.cerebro.platform.sql import read_sql

# Rejected readings that are kept in tables, which may spill to disk. Objects that have more are read one by one, and
# their rejected readings pass through memory piece by piece.
KEPT_READINGS = 100_000


class _Kept(NamedTuple):
    """Where the rejected readings of an object are kept: the table, the object's place in it, and how many they are."""

    table: str
    file_index: int
    readings: int


class RejectedReadings:
    """The rejected readings of some objects, until each object's are written.

    Attributes:
        queries: how often objects were read.
    """

    def __init__(self, duck: duckdb.DuckDBPyConnection, limit: int = KEPT_READINGS) -> None:
        """Prepare to read.

        Args:
            duck: the connection that the objects were aggregated in.
            limit: how many readings may be kept.
        """
        self._duck = duck
        self._room = limit
        self._kept: dict[str, _Kept] = {}
        self.queries = 0
        # The objects of each table that are not written yet.
        self._objects: dict[str, int] = {}

    def __contains__(self, key: str) -> bool:
        """Return whether the rejected readings of the object are kept."""
        return key in self._kept

    def keep(self, rejected: Mapping[str, int], urls: Mapping[str, str]) -> None:
        """Read the rejected readings of the first objects that there is room for; none if the first does not fit.

        Args:
            rejected: the number of rejected readings by object key. All objects have the columns of the current layout.
            urls: the objects' URLs.
        """
        table = f"rejected_readings_{self.queries + 1}"
        fitting: list[str] = []
        for key, readings in rejected.items():
            if readings > self._room:
                break
            self._room -= readings
            self._kept[key] = _Kept(table, len(fitting), readings)
            fitting.append(key)
        if not fitting:
            return
        self._objects[table] = len(fitting)
        self._use({key: urls[key] for key in fitting})
        self._duck.execute(f"create temp table {table} as {_query()}")

    def query(self, key: str, url: str) -> tuple[str, list[Any] | None]:
        """Return the query of the rejected readings of an object, and its parameters."""
        if kept := self._kept.get(key):
            readings = f"select * exclude (file_index) from {kept.table} where file_index = ?"  # noqa: S608 - our name
            return readings, [kept.file_index]
        self._use({key: url})
        return f"select * exclude (file_index) from ({_query()})", None  # noqa: S608 - a file of ours

    def forget(self, key: str) -> None:
        """Make room once the rejected readings of an object are written."""
        if kept := self._kept.pop(key, None):
            self._room += kept.readings
            self._objects[kept.table] -= 1
            if not self._objects[kept.table]:
                self._duck.execute(f"drop table {kept.table}")

    def _use(self, urls: Mapping[str, str]) -> None:
        self.queries += 1
        self._duck.execute("set variable urls = ?", [list(urls.values())])
        self._duck.execute("set variable source_keys = ?", [list(urls)])


def _query() -> str:
    return read_sql("loading/biometrics/rejected_readings.sql")
