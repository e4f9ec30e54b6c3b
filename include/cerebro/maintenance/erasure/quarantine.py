"""Takes the rows of heroes who were forgotten out of the quarantine: its files are written again without them."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
from botocore.exceptions import ClientError

from include.cerebro.formats.rules import ALL_IDS
from include.cerebro.landing.listing import list_objects
from include.cerebro.ledger.erasures import Erasures
from include.cerebro.loading.erased_heroes import names_in
from include.cerebro.loading.quarantine import write_file
from include.cerebro.maintenance.erasure.hero_ids import Among, find_leaving
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import is_missing
from include.cerebro.platform.object_store import ObjectStore, download
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.places import Place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# How often the progress is recorded: a killed task repeats no more than this.
SECONDS = 20
# Rejected records whose texts are compared at a time.
RECORDS = 1000


@dataclass
class Progress:
    """How far the quarantine is clean: up to a key, with what was found until there."""

    last_key: str = ""
    objects_rewritten: int = 0
    rows_removed: int = 0
    is_finished: bool = False


def clean(warehouse: Warehouse, store: ObjectStore, settings: Settings, erasure_id: int) -> Progress:
    """Write all files of the quarantine again that hold rows of a hero who was forgotten, by any erasure.

    Idempotent and resumable: a retry goes on after the last key whose progress was recorded. The source objects of the
    rows are noted in ``meta.erasure_objects``.

    Args:
        warehouse: the warehouse, whose login owns the tables of the erasures.
        store: the quarantine's store; it needs the rights to list, read and write.
        settings: the place of the quarantine, and limits of DuckDB.
        erasure_id: the erasure that this belongs to.
    """
    client, place = store.client(), Place.parse(settings.quarantine_bucket)
    among = Erasures.find(warehouse).among
    with warehouse.connect() as connection, connection.cursor() as cursor:
        progress = _read(cursor, erasure_id)
        connection.commit()
        if progress.is_finished:
            return progress
        recorded = time.monotonic()
        listed = list_objects(client, place.bucket, place.prefix, after=progress.last_key)
        keys = (it.key for it in listed if it.key.endswith(".parquet"))
        for number, key in enumerate(keys, start=1):
            move = partial(_move_rejections, cursor, key)
            removed, sources = _clean_object(settings, client, place.bucket, key, among, move)
            if removed:
                progress.objects_rewritten += 1
                progress.rows_removed += removed
                zone = key.removeprefix(place.prefix).split("/")[0]
                note_objects(cursor, erasure_id, zone, sources)
            progress.last_key = key
            if time.monotonic() - recorded > SECONDS:
                _record(cursor, erasure_id, progress)
                connection.commit()
                recorded = time.monotonic()
                log.info("%d files read, up to %s; %d written again in all", number, key, progress.objects_rewritten)
        progress.is_finished = True
        _record(cursor, erasure_id, progress)
        connection.commit()
    log.info(
        "%d files of the quarantine were written again, without %d rows",
        progress.objects_rewritten,
        progress.rows_removed,
    )
    return progress


def note_objects(cursor: Cursor, erasure_id: int, landing_zone: str, keys: Iterable[str]) -> None:
    """Note objects that hold the hero in ``meta.erasure_objects``. The caller commits."""
    cursor.execute(
        read_sql("maintenance/erasure/record_objects.sql"),
        {"erasure_id": erasure_id, "landing_zone": landing_zone, "object_keys": list(keys)},
    )


def _move_rejections(cursor: Cursor, key: str, kept: dict[str, int]) -> None:
    cursor.execute(read_sql("ledger/lock.sql"))
    cursor.execute(
        read_sql("maintenance/erasure/move_rejections.sql"),
        {"quarantine_key": key, "reasons": list(kept), "rows": list(kept.values())},
    )
    cursor.connection.commit()


def _read(cursor: Cursor, erasure_id: int) -> Progress:
    cursor.execute(read_sql("maintenance/erasure/progress.sql"), {"erasure_id": erasure_id})
    row = cursor.fetchone()
    return Progress(*row) if row else Progress()


def _record(cursor: Cursor, erasure_id: int, progress: Progress) -> None:
    parameters = {"erasure_id": erasure_id} | vars(progress)
    cursor.execute(read_sql("maintenance/erasure/record_progress.sql"), parameters)


def _clean_object(
    settings: Settings,
    client: S3Client,
    bucket: str,
    key: str,
    among: Among,
    move_rejections: Callable[[dict[str, int]], None],
) -> tuple[int, set[str]]:
    """Write one file again if it holds such rows; return how many, and the keys of their objects.

    The ledger comes first: after a kill between both, the rows are still there for the retry to find.
    """
    with (
        tempfile.TemporaryDirectory(prefix="cerebro-erasure-") as folder,
        duckdb_session(settings, threads=1) as duck,
    ):
        path = Path(folder) / "rejected.parquet"
        try:
            with path.open("wb") as copy:
                download(client, bucket, key, copy)
        except ClientError as error:
            if is_missing(error):
                return 0, set()
            raise
        rows = find_rows(duck, path, among)
        if rows is None:
            log.warning("%s is no file of the pipeline's, and stays as it is", key)
        if not rows:
            return 0, set()
        kept = Path(folder) / "kept.parquet"
        sources = write_without(duck, rows, path, kept)
        left = duck.read_parquet(str(kept))
        # Columns that no table has are beside the rejected rows, and no rows of their own.
        if "reason" in left.columns:
            move_rejections(dict(left.aggregate("reason, count(*)", "reason").fetchall()))
        with kept.open("rb") as rewritten:
            client.put_object(Bucket=bucket, Key=key, Body=rewritten)
        return len(rows), sources


def write_without(duck: duckdb.DuckDBPyConnection, rows: list[int], path: Path, kept: Path) -> set[str]:
    """Write a file of the quarantine without some rows; return the keys of their objects.

    Args:
        duck: a connection of its own, with one thread, in which rows keep their order.
        rows: the places of the rows, as ``find_rows`` returns them.
        path: the file.
        kept: the file to write.
    """
    duck.execute("create temp table erased as select unnest(?::bigint[]) as file_row_number", [rows])
    write_file(duck, read_sql("maintenance/erasure/files/kept_rejections.sql"), [str(path)], kept)
    duck.execute(read_sql("maintenance/erasure/files/sources_of_rejections.sql"), [str(path)])
    return {source for (source,) in duck.fetchall()}


def find_rows(duck: duckdb.DuckDBPyConnection, path: Path, among: Among) -> list[int] | None:
    """Return the places of those rows of a file of the quarantine that are of heroes who were forgotten.

    Args:
        duck: a connection of its own.
        path: a copy of the file.
        among: returns those of some hero ids whose hero was forgotten.

    Returns:
        The places, from 0; None if the file is not the pipeline's.
    """
    rejected = duck.read_parquet(str(path), file_row_number=True)
    if "source_key" not in rejected.columns:
        return None
    # Readings may have any other columns.
    if "hero_id" in rejected.columns:
        return _rows_of_readings(duck, rejected, among)
    return _rows_of_records(rejected, among) if "record" in rejected.columns else []


def _rows_of_records(rejected: duckdb.DuckDBPyRelation, among: Among) -> list[int]:
    """Return the places of rejected records whose text names such a hero."""
    found: list[int] = []
    result = rejected.select("file_row_number, record")
    while batch := result.fetchmany(RECORDS):
        names = [(place, names_in(text or "")) for place, text in batch]
        gone = among(set().union(*(its_names for _, its_names in names)))
        found += [place for place, its_names in names if not gone.isdisjoint(its_names)]
    return found


def _rows_of_readings(duck: duckdb.DuckDBPyConnection, rejected: duckdb.DuckDBPyRelation, among: Among) -> list[int]:
    """Return the places of rejected readings of such a hero."""
    if not find_leaving(duck, rejected, "hero_id", among, ALL_IDS):
        return []
    rejected.create_view("rejected")
    rows = duck.execute(read_sql("maintenance/erasure/files/rejected_rows.sql")).fetchall()
    return [place for (place,) in rows]
