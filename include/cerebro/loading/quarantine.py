"""Writes the quarantine: rejected rows as Parquet, each with its reason, source key and row number.

Columns that no table has go there, too, where a landing zone rescues them.
"""

from __future__ import annotations

import json
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from include.cerebro.formats.records import RejectedRecord
from include.cerebro.ledger.erasures import ERASED
from include.cerebro.ledger.rejections import Rejection
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.places import Quarantine

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def write(
    connection: duckdb.DuckDBPyConnection,
    client: S3Client,
    target: Quarantine,
    stored: StoredObject,
    query: str,
    parameters: list[Any] | None = None,
    kind: str = "rejected",
) -> str:
    """Write rejected rows to the quarantine bucket and return their key.

    The rows are written before the load commits, under a name that a retry writes again: none is lost or doubled.

    Args:
        connection: the DuckDB connection that the query runs in.
        client: the client of the quarantine's store.
        target: where the rejected rows of the landing zone are kept.
        stored: the object that the rows come from.
        query: selects the rows.
        parameters: the query's parameters.
        kind: what the rows are, as the key says it: rejected or rescued.

    Raises:
        botocore.exceptions.ClientError: the store refuses, for example because the bucket is missing.
    """
    # A load that replaces another of the same version must not overwrite its file: it may never commit.
    version = stored.etag if stored.replaces is None else f"{stored.etag}-{stored.replaces}"
    key = target.key(stored.key, version, kind)
    with tempfile.TemporaryDirectory(prefix="cerebro-quarantine-") as folder:
        path = Path(folder) / "rejected.parquet"
        connection.execute("set variable quarantine_path = ?", [str(path)])
        connection.execute(
            # A row group is in memory until it is written: 120,000 records of 20 kB would take 2.4 GB.
            f"copy ({query}) to (getvariable('quarantine_path')) "
            "(format parquet, compression zstd, row_group_size 8192)",
            parameters,
        )
        with path.open("rb") as body:
            client.put_object(Bucket=target.place.bucket, Key=key, Body=body)
    return key


def empty(client: S3Client, target: Quarantine, key: str) -> None:
    """Write a file without rows over one of the quarantine: the pipeline may not delete there."""
    with tempfile.TemporaryDirectory(prefix="cerebro-quarantine-") as folder, duckdb.connect() as connection:
        path = Path(folder) / "empty.parquet"
        connection.execute("set variable path = ?", [str(path)])
        connection.execute(
            "copy (select '' as reason, '' as source_key, 0 as row_number limit 0) to (getvariable('path')) "
            "(format parquet)"
        )
        client.put_object(Bucket=target.place.bucket, Key=key, Body=path.read_bytes())


def rejections(stored: StoredObject, reasons: Mapping[str, int], write_rows: Callable[[], str]) -> list[Rejection]:
    """Write the rejected rows of an object to the quarantine. Rows of heroes who were forgotten are counted alone.

    Args:
        stored: the object.
        reasons: the number of rows by reason.
        write_rows: writes the others and returns their key.
    """
    key = write_rows() if reasons.keys() - {ERASED} else None
    found = [Rejection(stored.key, reason, rows, None if reason == ERASED else key) for reason, rows in reasons.items()]
    for it in found:
        log.warning("%s: %d rows rejected (%s), kept as %s", it.object_key, it.rows, it.reason, it.quarantine_key)
    return found


class RejectedRecords:
    """The rejected records of one object, on disk until they go to the quarantine.

    Attributes:
        reasons: the number of records by reason.
    """

    def __init__(self) -> None:
        self.reasons: Counter[str] = Counter()
        self._folder = tempfile.TemporaryDirectory(prefix="cerebro-rejected-")
        self._path = Path(self._folder.name) / "records.jsonl"
        self._file = self._path.open("w", encoding="ascii")
        self._longest = 0

    def add(self, record: RejectedRecord) -> None:
        """Take one record. One of a hero who was forgotten is counted alone."""
        self.reasons[record.reason] += 1
        if record.reason == ERASED:
            return
        # UTF-8 has no half surrogate pairs, so they are written as escapes. DuckDB's JSON reader has no NUL.
        text = record.text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\u0000")
        line = json.dumps([record.reason, record.row_number, record.line_number, text])
        self._file.write(line + "\n")
        self._longest = max(self._longest, len(line))

    def write(
        self, connection: duckdb.DuckDBPyConnection, client: S3Client, target: Quarantine, stored: StoredObject
    ) -> str:
        """Write the records to the quarantine and return their key."""
        self._file.flush()
        query = read_sql("loading/records/rejected_records.sql")
        connection.execute("set variable source_key = ?", [stored.key])
        # In one thread and in their order, the records pass through memory piece by piece.
        connection.execute("set threads = 1")
        connection.execute("set preserve_insertion_order = true")
        return write(connection, client, target, stored, query, [str(self._path), 2 * self._longest + 1024])

    def close(self) -> None:
        """Forget the records."""
        self._file.close()
        self._folder.cleanup()
