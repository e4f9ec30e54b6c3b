"""Commits parts of a biometrics load, each in one transaction with the ledger."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from include.cerebro.landing.versions import still_listed
from include.cerebro.ledger import loads
from include.cerebro.ledger.notices import record_notices
from include.cerebro.ledger.objects import Origin
from include.cerebro.ledger.rejections import Rejection, record_invalid_measures, record_rejections
from include.cerebro.ledger.schema_changes import note_columns
from include.cerebro.loading import quarantine
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.loading.result import LoadResult
from include.cerebro.loading.site import LoadSite
from include.cerebro.platform.errors import BadObjectError
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)


class Parts:
    """The parts of one load task."""

    def __init__(self, site: LoadSite, origin: Origin, result: LoadResult) -> None:
        """Prepare to commit parts.

        Args:
            site: where the load happens.
            origin: what the ledger notes of all objects.
            result: what was loaded; each part adds to it.
        """
        self._site = site
        self._origin = origin
        self._result = result

    def mark_failed(self, stored: StoredObject, bad: BadObjectError) -> None:
        """Mark an object as failed."""
        log.error("Failed: %s", bad)
        with self._site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            self._site.record_failure(cursor, self._origin, stored, bad)
            connection.commit()
        self._result.failed.append(stored.key)

    def commit(self, client: S3Client, aggregation: Aggregation) -> Sequence[StoredObject]:
        """Commit what was aggregated; mark the objects whose columns cannot be used as failed.

        Returns:
            The objects that must be aggregated again, because readings of an object that changed meanwhile, or that
            another run loaded, may have been preferred to theirs. Nothing was committed then. Mostly none.
        """
        started = time.monotonic()
        for stored, bad in aggregation.bad.items():
            self.mark_failed(stored, bad)
        objects = [stored for stored in aggregation.objects if stored.key in aggregation.summaries]
        rejections = self._quarantine(aggregation, objects)
        # This comes last: everything that was read until now is the version that was listed.
        unchanged = self._unchanged(client, aggregation, objects)
        if aggregation.repeats and len(unchanged) < len(objects):
            return unchanged
        if not unchanged:
            return []
        again = self._commit(aggregation, unchanged, rejections)
        log.info("Copied and committed in %.1f s", time.monotonic() - started)
        return again

    def _unchanged(
        self, client: S3Client, aggregation: Aggregation, objects: Sequence[StoredObject]
    ) -> list[StoredObject]:
        """Return the objects that were the listed version all the time; others may have changed while being read."""
        proven = aggregation.proven()
        unsure = [stored for stored in objects if stored not in proven]
        changed = set(unsure) - set(still_listed(client, self._site.zone.bucket, unsure))
        for stored in changed:
            log.warning("%s changed while it was read; the next run loads its new version", stored.key)
        return [stored for stored in objects if stored not in changed]

    def _quarantine(self, aggregation: Aggregation, objects: Sequence[StoredObject]) -> list[Rejection]:
        """Write the rejected readings of each object to the quarantine, and its extra columns if they are rescued."""
        rejections = []
        for stored in objects:
            write = partial(aggregation.quarantine, self._site, stored)
            rejections += quarantine.rejections(stored, aggregation.summaries[stored.key].rejected, write)
            aggregation.note_extra_columns(self._site, stored)
        return rejections

    def _commit(
        self, aggregation: Aggregation, objects: Sequence[StoredObject], rejections: Sequence[Rejection]
    ) -> Sequence[StoredObject]:
        """Write ledger, hours, minutes and rejections in one transaction; return what must be aggregated again."""
        totals = [aggregation.summaries[stored.key].totals for stored in objects]
        with self._transaction(aggregation) as connection, connection.cursor() as cursor:
            load_ids = loads.claim(cursor, self._origin, objects, totals)
            claimed = [stored for stored in objects if stored.key in load_ids]
            if aggregation.repeats and len(claimed) < len(objects):
                return claimed
            minutes = aggregation.copy(cursor, self._site.warehouse, load_ids)
            note_columns(cursor, self._origin, aggregation.columns(load_ids))
            record_rejections(cursor, load_ids, rejections)
            record_invalid_measures(
                cursor,
                [
                    (load_id, measure, readings)
                    for key, load_id in load_ids.items()
                    for measure, readings in aggregation.summaries[key].invalid_measures.items()
                ],
            )
            record_notices(cursor, [(load_id, aggregation.summaries[key].notices) for key, load_id in load_ids.items()])
            self._site.publish(cursor, self._origin, load_ids, aggregation.last_erasure, rejections)
            connection.commit()
        self._result.add([total for stored, total in zip(objects, totals, strict=True) if stored.key in load_ids])
        log.info(
            "%d objects loaded, %d rows of minutes; %d were loaded by another run in the meantime",
            len(load_ids),
            minutes,
            len(objects) - len(load_ids),
        )
        return []

    @contextmanager
    def _transaction(self, aggregation: Aggregation) -> Iterator[Connection]:
        """Open a connection, or use that of the part's turn, which ends with its transaction."""
        if aggregation.repeats:
            yield aggregation.repeats.connection
            return
        with self._site.warehouse.connect(LOADER_ROLE) as connection:
            yield connection
