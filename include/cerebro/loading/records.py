"""Loads heroes and missions: every record of a file into ``raw``, exactly as it came, one transaction an object."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import IO, TYPE_CHECKING

import psycopg2
from botocore.exceptions import ClientError

from include.cerebro.ledger import loads
from include.cerebro.ledger.erasures import Erasures, last_erasure
from include.cerebro.ledger.notices import Notice, record_notices
from include.cerebro.ledger.rejections import Rejection, record_invalid_measures, record_rejections
from include.cerebro.ledger.schema_changes import note_columns
from include.cerebro.loading import quarantine
from include.cerebro.loading.parsing import SPOOL_BYTES, ParsedObject, parse
from include.cerebro.loading.quarantine import RejectedRecords
from include.cerebro.loading.refusals import Refusals
from include.cerebro.loading.result import LoadResult
from include.cerebro.loading.site import LoadSite
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import BadObjectError, first_line, is_missing
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject, download
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.datasets import HEROES, MISSIONS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

ENOUGH_MISSIONS = 20


class RecordLoader:
    """Loads objects of ``heroes`` or ``missions`` from one landing zone into one warehouse, for one DAG run."""

    def __init__(self, dataset: str, site: LoadSite) -> None:
        self.dataset = dataset
        self.result = LoadResult()
        self._site = site
        own = HEROES if dataset == HEROES.name else MISSIONS
        self._origin = site.origin(own)
        self._refusals = Refusals(site.zone.bucket, own.within(site.zone.prefix))

    def load(self, objects: Sequence[StoredObject]) -> LoadResult:
        """Load objects one by one. Idempotent: objects that the ledger holds already are skipped.

        Duplicates are recorded in the ledger, and not read.
        Broken objects are marked as failed in the ledger and named in the result.

        Raises:
            botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError: the store does not answer or refuses.
            psycopg2.Error: the warehouse does not answer or refuses. The current object leaves no trace then.
        """
        with (
            closing(self._site.store.client()) as client,
            self._site.warehouse.connect(LOADER_ROLE) as connection,
            connection.cursor() as cursor,
        ):
            for unread in self._site.unread(self._origin, objects):
                for stored in unread:
                    try:
                        self._load_one(client, cursor, stored)
                    except BadObjectError as bad:
                        connection.rollback()
                        log.error("Failed: %s", bad)  # noqa: TRY400 - the traceback adds nothing
                        self._site.record_failure(cursor, self._origin, stored, bad)
                        self.result.failed.append(stored.key)
                    connection.commit()
        return self.result

    def _load_one(self, client: S3Client, cursor: Cursor, stored: StoredObject) -> None:
        erasures = Erasures(self._site.warehouse, last_erasure(cursor))
        parsed = self._parse(client, stored, erasures)
        if parsed is None:
            log.warning("%s changed after it was listed; the next run loads its new version", stored.key)
            return
        with parsed:
            try:
                self._write(cursor, stored, parsed, erasures.last)
            except psycopg2.DataError as error:
                # The reader accepted the values, but PostgreSQL refuses them.
                raise BadObjectError(stored.key, f"PostgreSQL cannot store it: {first_line(error)}") from error

    def _parse(self, client: S3Client, stored: StoredObject, erasures: Erasures) -> ParsedObject | None:
        """Read the object once, from beginning to end; None if it changed after it was listed."""
        if stored.size_bytes == 0:
            raise BadObjectError(stored.key, "it is empty (0 bytes)")
        with tempfile.SpooledTemporaryFile(SPOOL_BYTES) as copy:
            if not self._fetch(client, stored, copy):
                return None
            erased = erasures.among if erasures.last else None
            return parse(self.dataset, stored.key, copy, self._site.zone.rules, erased)

    def _fetch(self, client: S3Client, stored: StoredObject, target: IO[bytes]) -> bool:
        """Download the object; return whether it is the version that was listed."""
        try:
            etag = download(client, self._site.zone.bucket, stored.key, target)
        except ClientError as error:
            if is_missing(error):
                return False
            bad = self._refusals.judge(client, stored, error)
            bad.is_content = False
            raise bad from error
        target.seek(0)
        return etag == stored.etag

    def _write(self, cursor: Cursor, stored: StoredObject, parsed: ParsedObject, last_erasure: int) -> None:
        """Write ledger, records and rejections of the object into the open transaction, which ends with it."""
        rejections = self._quarantine(stored, parsed.rejected)
        load_ids = loads.claim(cursor, self._origin, [stored], [parsed.totals])
        if stored.key not in load_ids:
            log.info("%s was loaded by another run in the meantime", stored.key)
            return
        parsed.lines.seek(0)
        cursor.copy_expert(
            read_sql(f"loading/records/copy_{self.dataset}.sql"),
            Prefixed(f"{load_ids[stored.key]}\t".encode(), parsed.lines),
        )
        record_rejections(cursor, load_ids, rejections)
        load_id = load_ids[stored.key]
        record_invalid_measures(cursor, [(load_id, name, number) for name, number in parsed.not_understood.items()])
        notices = {Notice(name, reason): rows for (name, reason), rows in parsed.notices.items()}
        record_notices(cursor, [(load_id, notices)])
        if parsed.columns:
            # A mission may lack any field but its id and time, so only many of them tell that one is gone.
            is_few = self.dataset == MISSIONS.name and parsed.totals.rows_loaded < ENOUGH_MISSIONS
            note_columns(cursor, self._origin, {stored.key: parsed.columns}, may_lack=is_few)
        self._site.publish(cursor, self._origin, load_ids, last_erasure, rejections)
        self.result.add([parsed.totals])
        log.info("%s: %d records loaded, %d rejected", stored.key, *parsed.totals)

    def _quarantine(self, stored: StoredObject, rejected: RejectedRecords) -> list[Rejection]:
        def write() -> str:
            with duckdb_session(self._site.settings) as duck:
                return rejected.write(duck, self._site.quarantine_client, self._site.quarantine, stored)

        return quarantine.rejections(stored, rejected.reasons, write)


class Prefixed:
    """The lines of a file, each with the same prefix, as psycopg2 reads them."""

    def __init__(self, prefix: bytes, lines: IO[bytes]) -> None:
        self._lines: Iterator[bytes] = (prefix + line for line in lines)

    def read(self, _size: int = -1, /) -> bytes:
        """Return the next line, whatever the size: a record is one line. psycopg2 reads until there is none."""
        return next(self._lines, b"")

    readline = read
