"""Reads a file of the archive back into its table of ``raw``."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb
from botocore.exceptions import ClientError

from include.cerebro.ledger.erasures import Erasures
from include.cerebro.loading.minutes import copy_instants, copy_minutes
from include.cerebro.maintenance.archive import BIOMETRICS, count, url
from include.cerebro.platform.errors import FinalError, is_missing
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class ArchiveIncompleteError(FinalError):
    """The archive does not have what is to come back."""


class ArchivedFile:
    """A file of the archive."""

    def __init__(self, duck: duckdb.DuckDBPyConnection, store: ObjectStore, bucket: str, key: str, table: str) -> None:
        self._duck = duck
        self._table = table
        self._address = url(bucket, key)
        with closing(store.client()) as client:
            try:
                client.head_object(Bucket=bucket, Key=key)
            except ClientError as error:
                if not is_missing(error):
                    raise
                raise ArchiveIncompleteError(
                    f"{self._address} is gone from the archive. Put it back from a version or a copy, and clear the "
                    "task. Steps that came back before stay."
                ) from error
        self._rows = duck.read_parquet(self._address)
        self._rows.create_view("archived", replace=True)

    def check(self, cursor: Cursor, rows: int) -> None:
        """Check that the file is the one that was written, from this warehouse."""
        found = count(self._duck, self._address)
        if found != rows:
            raise ArchiveIncompleteError(f"{self._address} has {found} rows, and was left with {rows}. Restore it.")
        sources = self._rows.select("load_id, landing_zone, object_key, etag").distinct().fetchall()
        columns = list(zip(*sources, strict=True)) or [()] * 4
        names = ("load_ids", "landing_zones", "object_keys", "etags")
        parameters = {name: list(column) for name, column in zip(names, columns, strict=True)}
        cursor.execute(read_sql("maintenance/archive/foreign_sources.sql"), parameters)
        if foreign := cursor.fetchone():
            raise ArchiveIncompleteError(
                f"{self._address} is of another warehouse, or of another state of this one: its load {foreign[0]} is "
                f"of {foreign[1]}, which the ledger does not have under that number. Nothing of the step came back."
            )

    def restore(
        self, cursor: Cursor, warehouse: Warehouse, erasures: Erasures, archived_at: datetime
    ) -> tuple[set[int], int]:
        """Copy the rows to their table; return the loads that have them now, and their number.

        ``raw.biometrics`` must have the months of the rows (``loading.minutes.add_months``).
        Rows of heroes who were forgotten stay out. So do those of superseded loads that retention has retired.
        """
        names = self._rows.select("hero_id").distinct().fetchall()
        self._duck.execute("set variable gone = ?::varchar[]", [sorted(erasures.among(name for (name,) in names))])
        load_ids = [load_id for (load_id,) in self._rows.select("load_id").distinct().fetchall()]
        parameters = {"load_ids": load_ids, "archived_at": archived_at}
        cursor.execute(read_sql("maintenance/archive/targets.sql"), parameters)
        targets = cursor.fetchall()
        self._duck.execute(
            "create or replace temp table targets as select unnest(?::bigint[]) as load_id, "
            "unnest(?::bigint[]) as to_load_id",
            [[load_id for load_id, _ in targets], [to_load_id for _, to_load_id in targets]],
        )
        rows = read_sql("maintenance/archive/files/restored_rows.sql")
        if self._table == BIOMETRICS:
            number = copy_minutes(self._duck, rows, cursor, warehouse, days=())
        else:
            number = copy_instants(self._duck, rows, cursor)
        return {to_load_id for _, to_load_id in targets}, number
