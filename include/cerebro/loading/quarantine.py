"""Writes the quarantine: rejected rows as Parquet, each with its reason, source key and row number.

Columns that no table has go there, too, where a landing zone rescues them.
"""

from __future__ import annotations

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
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.places import Quarantine

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

# What DuckDB reads of rejected records at a time, unless a record is longer.
BUFFER_BYTES = 4 * 1024**2
# What would end a value or a line, and what marks the others, as loading/records/rejected_records.sql reads them. JSON
# would do, but DuckDB needs a dozen times the length of a text to parse it: one record of 16 MB took 600 MB.
_ESCAPES = ((b"\x1a", b"\x1a0"), (b"\n", b"\x1a1"), (b"\r", b"\x1a2"), (b"\t", b"\x1a3"))


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
        write_file(connection, query, parameters, path)
        with path.open("rb") as body:
            client.put_object(Bucket=target.place.bucket, Key=key, Body=body)
    return key


def write_file(connection: duckdb.DuckDBPyConnection, query: str, parameters: list[Any] | None, path: Path) -> None:
    """Write the rows of a query to a file for the quarantine."""
    connection.execute("set variable quarantine_path = ?", [str(path)])
    connection.execute(
        # A row group is in memory until it is written: 120,000 records of 20 kB would take 2.4 GB.
        f"copy ({query}) to (getvariable('quarantine_path')) "
        "(format parquet, compression zstd, row_group_size 8192, row_group_size_bytes '32MB')",
        parameters,
    )


def empty(settings: Settings, client: S3Client, target: Quarantine, key: str) -> None:
    """Write a file without rows over one of the quarantine: the pipeline may not delete there."""
    with (
        tempfile.TemporaryDirectory(prefix="cerebro-quarantine-") as folder,
        duckdb_session(settings, threads=1) as connection,
    ):
        path = Path(folder) / "empty.parquet"
        write_file(connection, "select '' as reason, '' as source_key, 0 as row_number limit 0", None, path)
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
        self._path = Path(self._folder.name) / "records.tsv"
        self._file = self._path.open("wb")
        self._longest = 0

    def add(self, record: RejectedRecord) -> None:
        """Take one record. One of a hero who was forgotten is counted alone."""
        self.reasons[record.reason] += 1
        if record.reason == ERASED:
            return
        # UTF-8 has no half surrogate pairs, so they are written as escapes. DuckDB's reader has no NUL.
        text = record.text.encode("utf-8", "backslashreplace").replace(b"\0", b"\\u0000")
        for character, escaped in _ESCAPES:
            text = text.replace(character, escaped)
        line_number = "" if record.line_number is None else record.line_number
        self._file.write(f"{record.reason}\t{record.row_number}\t{line_number}\t".encode())
        self._file.write(text)
        self._file.write(b"\n")
        self._longest = max(self._longest, len(text))

    def write(
        self, connection: duckdb.DuckDBPyConnection, client: S3Client, target: Quarantine, stored: StoredObject
    ) -> str:
        """Write the records to the quarantine and return their key."""
        self._file.flush()
        query = read_sql("loading/records/rejected_records.sql")
        connection.execute("set variable source_key = ?", [stored.key])
        # In one thread the records pass through memory piece by piece, in their order.
        connection.execute("set threads = 1")
        line = self._longest + 1024
        return write(connection, client, target, stored, query, [str(self._path), line, max(2 * line, BUFFER_BYTES)])

    def close(self) -> None:
        """Forget the records."""
        self._file.close()
        self._folder.cleanup()
