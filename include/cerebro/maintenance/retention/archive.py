"""Writes minutes to the archive while they leave ``raw``.

PostgreSQL deletes the rows of a day and hands over exactly these, in one statement. The step commits once all its files
are in the store, and hold as many rows.
"""

from __future__ import annotations

import logging
import tempfile
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from include.cerebro.maintenance.archive import BIOMETRICS, TABLES, Archive, count, url, write
from include.cerebro.maintenance.retention.ranges import Left
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import NotConservedError
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)


def archive_step(cursor: Cursor, archive: Archive, until: datetime) -> Left:
    """Delete minutes and instants before a horizon and write them to the archive. The caller commits.

    Memory and disk hold the rows of one day at a time. Requires the turn of the archive.

    Args:
        cursor: a cursor of the login that owns ``raw``.
        archive: the archive; its store needs the rights to read and to write.
        until: the horizon of the step.

    Raises:
        NotConservedError: a file has other rows than were deleted, or would replace archived ones.
        botocore.exceptions.ClientError: the store refuses.
    """
    minutes, loads, block_ranges = 0, set[int](), set[tuple[int, int]]()
    cursor.execute(read_sql("maintenance/archive/days.sql"), {"until": until})
    days = cursor.fetchall()
    with duckdb_session(archive.settings, archive.store) as duck, tempfile.TemporaryDirectory("-cerebro") as folder:
        for table, day in days:
            leaving = Path(folder) / "leaving.bin"
            rows = _delete(cursor, table, day, until, leaving)
            _view(duck, table, leaving)
            load_ids, its_ranges = _places(duck)
            _name_sources(cursor, duck, load_ids)
            _put(cursor, duck, archive, table, day, until, rows, Path(folder) / "archived.parquet")
            if table == BIOMETRICS:
                minutes += rows
                loads.update(load_ids)
                block_ranges.update(its_ranges)
    log.info("%d files of the archive hold what leaves raw before %s", len(days), until)
    return Left(minutes, len(loads), sorted(block_ranges))


def _delete(cursor: Cursor, table: str, day: date, until: datetime, target: Path) -> int:
    """Delete the rows of a day and write them to a file, in PostgreSQL's binary format; return their number."""
    query = cursor.mogrify(read_sql(f"maintenance/archive/leave_{table}.sql"), {"day": day, "until": until})
    with target.open("wb") as file:
        cursor.copy_expert(f"copy ({query.decode()}) to stdout (format binary)", file)
    return int(cursor.rowcount)


def _view(duck: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    """Let the view ``leaving`` have the rows of such a file."""
    columns = dict(TABLES[table]) | {"partition": "bigint", "block_range": "bigint"}
    types = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    duck.sql(f"from read_postgres_binary('{path}', columns = {{{types}}})").create_view("leaving", replace=True)


def _places(duck: duckdb.DuckDBPyConnection) -> tuple[list[int], list[tuple[int, int]]]:
    query = "select list(distinct load_id), list(distinct (partition, block_range)) from leaving"
    load_ids, block_ranges = duck.execute(query).fetchone() or (None, None)
    return load_ids or [], block_ranges or []


def _name_sources(cursor: Cursor, duck: duckdb.DuckDBPyConnection, load_ids: list[int]) -> None:
    """Take the objects of the loads from the ledger into the table ``sources``."""
    cursor.execute(read_sql("maintenance/archive/sources.sql"), {"load_ids": load_ids})
    columns = [list(column) for column in zip(*cursor.fetchall(), strict=True)]
    duck.execute(
        "create or replace temp table sources as select unnest(?::bigint[]) as load_id, "
        "unnest(?::varchar[]) as landing_zone, unnest(?::varchar[]) as object_key, unnest(?::varchar[]) as etag",
        columns,
    )


def _put(
    cursor: Cursor,
    duck: duckdb.DuckDBPyConnection,
    archive: Archive,
    table: str,
    day: date,
    until: datetime,
    rows: int,
    path: Path,
) -> None:
    """Write the rows as Parquet to the store, note the file, and count what the store has."""
    key, bucket = archive.key(table, day, until), archive.place.bucket
    file = {"bucket": bucket, "archive_key": key, "table_name": table, "day": day, "until": until, "rows": rows}
    cursor.execute(read_sql("maintenance/archive/record_file.sql"), file)
    if not cursor.rowcount:
        raise NotConservedError(
            f"s3://{bucket}/{key} holds archived rows that another step took out of raw. Nothing was deleted or "
            "written. Name another place with CEREBRO_ARCHIVE_BUCKET; cerebro_reprocess goes on reading this one."
        )
    write(duck, read_sql("maintenance/archive/files/written_rows.sql"), path)
    with closing(archive.store.client()) as client, path.open("rb") as body:
        client.put_object(Bucket=bucket, Key=key, Body=body)
    found = count(duck, url(bucket, key))
    if found != rows:
        raise NotConservedError(
            f"{rows} rows of raw.{table} were to leave, and s3://{bucket}/{key} has {found}. Nothing was deleted. "
            "Clear the task to try again."
        )
