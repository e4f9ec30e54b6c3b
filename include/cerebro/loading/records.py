"""Heroes and missions: every record of a file into raw, exactly as it came, one transaction an object."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import IO, Any, NamedTuple

import psycopg2
from botocore.exceptions import ClientError

from include.cerebro.formats.records import Reader, Record, RejectedRecord, read_heroes, read_missions
from include.cerebro.landing.datasets import HEROES, MISSIONS
from include.cerebro.ledger import failures, loads
from include.cerebro.ledger.loads import ObjectTotals
from include.cerebro.ledger.rejections import Rejection, record_rejections
from include.cerebro.loading import quarantine
from include.cerebro.loading.result import LoadResult
from include.cerebro.platform import settings
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import BadObjectError, first_line, is_missing
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

READERS: dict[str, Reader] = {HEROES.name: read_heroes, MISSIONS.name: read_missions}
# Files up to this size stay in memory while they are parsed, larger ones go to disk.
SPOOL_BYTES = 16 * 1024**2
# PostgreSQL's COPY text format: what stands for itself must not be taken for an end of line or of column.
_COPY_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


class ParsedObject(NamedTuple):
    """An object's records as lines for COPY (without their load id), and the records that were rejected."""

    lines: IO[str]
    totals: ObjectTotals
    rejected: list[RejectedRecord]


class RecordLoader:
    """Loads objects of ``heroes`` or ``missions`` from one bucket into one warehouse, on behalf of one DAG run."""

    def __init__(
        self, dataset: str, store: ObjectStore, bucket: str, warehouse: Warehouse, dag_run_id: str | None = None
    ) -> None:
        self.dataset = dataset
        self.store = store
        self.bucket = bucket
        self.warehouse = warehouse
        self.dag_run_id = dag_run_id
        self.result = LoadResult()

    def load(self, objects: Sequence[StoredObject]) -> LoadResult:
        """Load the objects one by one; what is in the ledger already is passed over, so a retry costs nothing.

        Broken objects are written to the ledger as failed and named in the answer. Raises botocore's and psycopg2's
        errors when the store or the warehouse is out of reach; the object at hand is then as if never touched.
        """
        with (
            closing(self.store.client()) as client,
            self.warehouse.connect(settings.LOADER_ROLE) as connection,
            connection.cursor() as cursor,
        ):
            for stored in loads.new_objects(cursor, objects):
                try:
                    self._load_one(client, cursor, stored)
                except BadObjectError as bad:
                    connection.rollback()
                    log.error("Failed: %s", bad)  # noqa: TRY400 - the traceback says nothing more
                    failures.record_failure(cursor, self.dataset, stored, str(bad), self.dag_run_id)
                    self.result.failed.append(stored.key)
                connection.commit()
        return self.result

    def _load_one(self, client: Any, cursor: Any, stored: StoredObject) -> None:
        parsed = self._parse(client, stored)
        if parsed is None:
            log.warning("%s changed after it was listed; the next run takes up what is there then", stored.key)
            return
        with closing(parsed.lines):
            try:
                self._write(client, cursor, stored, parsed)
            except psycopg2.DataError as error:
                # Our reader found nothing wrong with the values, but PostgreSQL does.
                raise BadObjectError(stored.key, f"PostgreSQL cannot store it: {first_line(error)}") from error

    def _parse(self, client: Any, stored: StoredObject) -> ParsedObject | None:
        """Read the object once, from beginning to end; None if it is not any more what was listed."""
        if stored.size_bytes == 0:
            raise BadObjectError(stored.key, "it is empty (0 bytes)")
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as copy:
            if not self._fetch(client, stored, copy):
                return None
            # Closed by whoever takes the parsed object.
            lines = tempfile.SpooledTemporaryFile(SPOOL_BYTES, "w+", encoding="utf-8", newline="")  # noqa: SIM115
            rejected: list[RejectedRecord] = []
            count = 0
            try:
                for record in READERS[self.dataset](stored.key, io.TextIOWrapper(copy, "utf-8-sig", newline="")):
                    if isinstance(record, RejectedRecord):
                        rejected.append(record)
                    else:
                        lines.write(_copy_line(record))
                        count += 1
            except UnicodeDecodeError as error:
                raise BadObjectError(
                    stored.key,
                    f"it is not UTF-8: byte 0x{error.object[error.start]:02x}",
                    "Save it as UTF-8 and deliver it again under the same key",
                ) from error
        return ParsedObject(lines, ObjectTotals(count, len(rejected)), rejected)

    def _fetch(self, client: Any, stored: StoredObject, target: IO[bytes]) -> bool:
        """Download the object; whether it is the version that was listed."""
        try:
            answer = client.get_object(Bucket=self.bucket, Key=stored.key)
        except ClientError as error:
            if is_missing(error):
                return False
            raise
        with closing(answer["Body"]) as body:
            for chunk in body.iter_chunks(1 << 20):
                target.write(chunk)
        target.seek(0)
        return bool(answer["ETag"].strip('"') == stored.etag)

    def _write(self, client: Any, cursor: Any, stored: StoredObject, parsed: ParsedObject) -> None:
        """Write ledger, records and rejections of the object into the open transaction."""
        rejections = self._quarantine(client, stored, parsed.rejected)
        load_ids = loads.claim(cursor, self.dataset, [stored], [parsed.totals], self.dag_run_id)
        if stored.key not in load_ids:
            log.info("%s was loaded by another run in the meantime", stored.key)
            return
        parsed.lines.seek(0)
        cursor.copy_expert(
            read_sql(f"loading/records/copy_{self.dataset}.sql"), _Prefixed(f"{load_ids[stored.key]}\t", parsed.lines)
        )
        record_rejections(cursor, load_ids, rejections)
        self.result.add([parsed.totals])
        log.info("%s: %d records loaded, %d rejected", stored.key, *parsed.totals)

    def _quarantine(self, client: Any, stored: StoredObject, rejected: Sequence[RejectedRecord]) -> list[Rejection]:
        if not rejected:
            return []
        with duckdb_session() as duck:
            key = quarantine.write(
                duck,
                client,
                stored,
                read_sql("loading/records/rejected_records.sql"),
                [
                    [record.reason for record in rejected],
                    stored.key,
                    [record.row_number for record in rejected],
                    # Half a surrogate pair has no place in UTF-8, so it is written out.
                    [record.text.encode("utf-8", "backslashreplace").decode() for record in rejected],
                ],
            )
        counts: dict[str, int] = {}
        for record in rejected:
            counts[record.reason] = counts.get(record.reason, 0) + 1
        for reason, rows in counts.items():
            log.warning("%s: %d records rejected (%s), kept as %s", stored.key, rows, reason, key)
        return [Rejection(stored.key, reason, rows, key) for reason, rows in counts.items()]


def _copy_line(record: Record) -> str:
    columns = [str(record.row_number)]
    if record.instant:
        columns.append(record.instant.isoformat())
    return "\t".join([*columns, record.text.translate(_COPY_ESCAPES)]) + "\n"


class _Prefixed(io.TextIOBase):
    """The lines of a file, each with the same beginning, as psycopg2 wants to read them."""

    def __init__(self, prefix: str, lines: IO[str]) -> None:
        self._lines: Iterator[str] = (prefix + line for line in lines)

    def read(self, size: int | None = -1) -> str:  # noqa: ARG002 - a line is never long
        """Return the next line; psycopg2 asks until there is none."""
        return next(self._lines, "")
