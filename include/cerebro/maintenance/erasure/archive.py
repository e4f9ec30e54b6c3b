"""Takes heroes who were forgotten out of the archive of minutes: its files are written again without them."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb
from botocore.exceptions import ClientError

from include.cerebro.landing.listing import list_objects
from include.cerebro.ledger.erasures import Erasures
from include.cerebro.maintenance.archive import Archive, count, is_key, take_turn, url, write
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import NotConservedError, is_missing
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)


class Cleaned(NamedTuple):
    """What has left the archive: files that were written again, and rows in them."""

    files: int
    rows: int


def clean_archive(warehouse: Warehouse, store: ObjectStore, settings: Settings, erasure_id: int) -> Cleaned:
    """Write all files of the archive again that hold rows of a hero who was forgotten, by any erasure.

    Idempotent. Files of steps that were killed are cleaned, too, and so are those that an earlier setting has placed
    elsewhere. Of a file without the hero only the ids are read.

    Args:
        warehouse: the warehouse, after the commit of the erasure.
        store: the store of the archive; it needs the rights to list, read and write.
        settings: the place of the archive, and limits of DuckDB.
        erasure_id: the erasure that this belongs to; ``meta.erasure_archive_files`` names the files.

    Raises:
        botocore.exceptions.ClientError: the store refuses.
    """
    erasures = Erasures.find(warehouse)
    with (
        closing(store.client()) as client,
        duckdb_session(settings, store) as duck,
        warehouse.connect(settings={"idle_in_transaction_session_timeout": "1h"}) as connection,
        connection.cursor() as cursor,
    ):
        for bucket, key in list(_files(cursor, client, Archive.of(settings, store))):
            # Nobody else writes or reads the file meanwhile.
            take_turn(cursor)
            if not _is_there(client, bucket, key):
                log.warning("%s is gone from the archive", url(bucket, key))
                continue
            duck.read_parquet(url(bucket, key)).create_view("archived", replace=True)
            names = duck.execute("select distinct hero_id from archived").fetchall()
            if gone := sorted(erasures.among(hero_id for (hero_id,) in names)):
                note = partial(_note, warehouse, {"erasure_id": erasure_id, "bucket": bucket, "archive_key": key})
                _rewrite(client, duck, bucket, key, gone, note)
            connection.rollback()
        cursor.execute(read_sql("maintenance/archive/cleaned.sql"), {"erasure_id": erasure_id})
        return Cleaned(*cursor.fetchone() or (0, 0))


def _files(cursor: Cursor, client: S3Client, archive: Archive | None) -> Iterator[tuple[str, str]]:
    """Yield bucket and key of all files: those that the warehouse knows, and the others of the archive's place."""
    cursor.execute(read_sql("maintenance/archive/files.sql"))
    known = set(cursor.fetchall())
    cursor.connection.rollback()
    yield from sorted(known)
    if archive is not None:
        for stored in list_objects(client, archive.place.bucket, archive.place.prefix):
            file = (archive.place.bucket, stored.key)
            if file not in known and is_key(archive.place, stored.key):
                yield file


def _is_there(client: S3Client, bucket: str, key: str) -> bool:
    try:
        client.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_missing(error):
            return False
        raise
    return True


def _rewrite(
    client: S3Client,
    duck: duckdb.DuckDBPyConnection,
    bucket: str,
    key: str,
    gone: list[str],
    note: Callable[[int, int], None],
) -> None:
    """Write a file again without heroes. It is noted before: a retry that finds it clean has nothing to note."""
    source = url(bucket, key)
    duck.execute("set variable gone = ?::varchar[]", [gone])
    with tempfile.TemporaryDirectory(prefix="cerebro-erasure-") as folder:
        path = Path(folder) / "kept.parquet"
        write(duck, read_sql("maintenance/archive/files/kept_rows.sql"), path)
        held = "select count(*) from archived where list_contains(getvariable('gone'), hero_id)"
        (removed,) = duck.execute(held).fetchone() or (0,)
        before, after = count(duck, source), count(duck, str(path))
        if before != after + removed:
            raise NotConservedError(
                f"{source} has {before} rows, of which {removed} are to leave and {after} are left. The file stays as "
                "it was. Clear the task to try again."
            )
        note(after, removed)
        with path.open("rb") as body:
            client.put_object(Bucket=bucket, Key=key, Body=body)
    log.info("%s was written again, without %d rows", source, removed)


def _note(warehouse: Warehouse, file: Mapping[str, Any], rows: int, removed: int) -> None:
    with warehouse.connect() as connection, connection.cursor() as cursor:
        parameters = {**file, "rows": rows, "removed": removed}
        cursor.execute(read_sql("maintenance/archive/record_cleaned.sql"), parameters)
        connection.commit()
