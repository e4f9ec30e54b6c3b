"""Biometrics: from Parquet in the landing zone to one-minute aggregates in raw.

DuckDB reads the objects over httpfs and aggregates them, part by part. PostgreSQL takes each part by binary COPY, in
one transaction with the ledger, while DuckDB reads the next. One broken object stops nothing but itself: a part that
fails is gone over again, and halved until the culprit is alone.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

from include.cerebro.formats.parquet import describe_problem, has_footer
from include.cerebro.landing.batches import pack
from include.cerebro.landing.datasets import BIOMETRICS
from include.cerebro.landing.listing import still_listed
from include.cerebro.ledger import failures, loads
from include.cerebro.ledger.rejections import Rejection, record_invalid_measures, record_rejections
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.loading.pipeline import look_ahead
from include.cerebro.loading.result import LoadResult
from include.cerebro.platform import settings
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import (
    BadObjectError,
    ObjectChangedError,
    check_unchanged,
    first_line,
    is_store_trouble,
    may_be_content,
)
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


class BiometricsLoader:
    """Loads batches of biometrics objects of one bucket into one warehouse, on behalf of one DAG run."""

    def __init__(self, store: ObjectStore, bucket: str, warehouse: Warehouse, dag_run_id: str | None = None) -> None:
        self.store = store
        self.bucket = bucket
        self.warehouse = warehouse
        self.dag_run_id = dag_run_id
        self.result = LoadResult()

    def load(self, batch: Sequence[StoredObject]) -> LoadResult:
        """Load the batch; what is in the ledger already is passed over, so a retry costs nothing.

        Broken objects are written to the ledger as failed and named in the answer. Raises whatever is not an object's
        fault: the store or the warehouse out of reach, no memory, no disk. Then nothing half-done remains.
        """
        with closing(self.store.client()) as client:
            with self.warehouse.connect(settings.LOADER_ROLE) as connection, connection.cursor() as cursor:
                objects = loads.new_objects(cursor, batch)
            small = [stored for stored in objects if stored.size_bytes <= settings.WHOLE_OBJECT_BYTES]
            large = [stored for stored in objects if stored.size_bytes > settings.WHOLE_OBJECT_BYTES]
            groups = [(group, True) for group in pack(small, settings.KEPT_BYTES)]
            for group, whole in [*groups, (large, False)]:
                for part in self._load_parts(client, group, whole):
                    self._load_apart(client, part)
        return self.result

    def _load_parts(self, client: Any, objects: Sequence[StoredObject], whole: bool) -> list[Sequence[StoredObject]]:
        """Load the objects part by part, each in a transaction; return the parts that something in them keeps from it.

        Objects that are fetched ``whole`` keep one thread at work, so several parts are at work at once. Others keep
        all of DuckDB's threads at work.
        """
        parts = list(pack(objects, settings.PART_BYTES, settings.PART_OBJECTS))
        if not parts:
            return []
        troubled = []
        with duckdb_session(self.store, whole_objects=whole) as duck:
            connections = settings.FETCH_CONNECTIONS if whole else 0
            aggregations = [
                Aggregation(duck.cursor(), self.bucket, part, [duck.cursor() for _ in range(connections)])
                for part in parts
            ]

            def interrupt() -> None:
                for aggregation in aggregations:
                    aggregation.interrupt()

            workers = settings.DUCKDB_THREADS if whole else 1
            with closing(look_ahead(aggregations, Aggregation.run, interrupt, workers)) as results:
                for aggregation, aggregated in results:
                    try:
                        aggregated.result()
                        self._put_away(client, aggregation)
                    except Exception as trouble:
                        if not may_be_content(trouble):
                            raise
                        log.warning("%d objects are gone over again: %s", len(aggregation.objects), first_line(trouble))
                        troubled.append(aggregation.objects)
                    finally:
                        aggregation.close()
        return troubled

    def _load_apart(self, client: Any, objects: Sequence[StoredObject]) -> None:
        """Sort out the objects that have no footer to read, one by one; then load the others."""
        # If the store itself is down this raises, and the whole task is tried again later.
        client.head_bucket(Bucket=self.bucket)
        with duckdb_session(self.store) as duck:
            broken = [stored for stored in objects if not has_footer(duck, self.bucket, stored)]
        for stored in broken:
            self._blame(client, stored)
        others = [stored for stored in objects if stored not in broken]
        if others:
            self._load_or_halve(client, others)

    def _load_or_halve(self, client: Any, objects: Sequence[StoredObject]) -> None:
        try:
            self._load_together(client, objects)
        except Exception as error:
            if not may_be_content(error):
                raise
            if len(objects) == 1:
                self._blame(client, objects[0])
                return
            log.warning("%d objects failed together and are halved: %s", len(objects), first_line(error))
            # If the store itself is down this raises, and the whole task is tried again later.
            client.head_bucket(Bucket=self.bucket)
            middle = len(objects) // 2
            self._load_or_halve(client, objects[:middle])
            self._load_or_halve(client, objects[middle:])

    def _blame(self, client: Any, stored: StoredObject) -> None:
        """Write a single object off as failed, once it is sure that nothing else is to blame."""
        try:
            check_unchanged(client, self.bucket, stored)
            bad = self._second_opinion(client, stored)
        except ObjectChangedError as changed:
            log.warning("%s; the next run takes up what is there then", changed)
            return
        if bad:
            self._fail(stored, bad)

    def _fail(self, stored: StoredObject, bad: BadObjectError) -> None:
        log.error("Failed: %s", bad)
        with self.warehouse.connect(settings.LOADER_ROLE) as connection, connection.cursor() as cursor:
            failures.record_failure(cursor, BIOMETRICS.name, stored, str(bad), self.dag_run_id)
            connection.commit()
        self.result.failed.append(stored.key)

    def _second_opinion(self, client: Any, stored: StoredObject) -> BadObjectError | None:
        """Say what is wrong with the object, or load it after all: a fault that passes has passed by now."""
        problem = describe_problem(client, self.bucket, stored)
        if problem is None:
            try:
                self._load_together(client, [stored])
                return None
            except Exception as error:
                if is_store_trouble(error) or not may_be_content(error):
                    raise
                problem = f"it cannot be read: {first_line(error)}"
        return BadObjectError(stored.key, problem)

    def _load_together(self, client: Any, objects: Sequence[StoredObject]) -> None:
        """Aggregate all objects and commit them, or raise and leave no trace."""
        with duckdb_session(self.store) as duck:
            aggregation = Aggregation(duck, self.bucket, objects)
            aggregation.run()
            self._put_away(client, aggregation)

    def _put_away(self, client: Any, aggregation: Aggregation) -> None:
        """Commit what was aggregated; write off the objects whose columns cannot be used."""
        started = time.monotonic()
        for stored, bad in aggregation.bad.items():
            self._fail(stored, bad)
        objects = [stored for stored in aggregation.objects if stored.key in aggregation.summaries]
        rejections = self._quarantine(client, aggregation, objects)
        # Last of all: whatever was read until now is what was listed.
        unchanged = self._unchanged(client, aggregation, objects)
        if not unchanged:
            return
        self._commit(aggregation, unchanged, rejections)
        log.info("Copied and committed in %.1f s", time.monotonic() - started)

    def _unchanged(self, client: Any, aggregation: Aggregation, objects: Sequence[StoredObject]) -> list[StoredObject]:
        """Return the objects that were, all the time, what was listed: the others may have changed while being read."""
        proven = aggregation.proven()
        unsure = [stored for stored in objects if stored not in proven]
        changed = set(unsure) - set(still_listed(client, self.bucket, unsure))
        for stored in changed:
            log.warning("%s changed while it was read; the next run takes up what is there then", stored.key)
        return [stored for stored in objects if stored not in changed]

    def _quarantine(self, client: Any, aggregation: Aggregation, objects: Sequence[StoredObject]) -> list[Rejection]:
        """Write the rejected readings of each object to the quarantine bucket."""
        rejections = []
        for stored in objects:
            rejected = aggregation.summaries[stored.key].rejected
            if rejected:
                key = aggregation.quarantine(client, stored)
                rejections += [Rejection(stored.key, reason, rows, key) for reason, rows in rejected.items()]
                for reason, rows in rejected.items():
                    log.warning("%s: %d readings rejected (%s), kept as %s", stored.key, rows, reason, key)
        return rejections

    def _commit(
        self, aggregation: Aggregation, objects: Sequence[StoredObject], rejections: Sequence[Rejection]
    ) -> None:
        """Write ledger, minutes and rejections in one transaction."""
        totals = [aggregation.summaries[stored.key].totals for stored in objects]
        with self.warehouse.connect(settings.LOADER_ROLE) as connection, connection.cursor() as cursor:
            load_ids = loads.claim(cursor, BIOMETRICS.name, objects, totals, self.dag_run_id)
            minutes = aggregation.copy(cursor, load_ids)
            record_rejections(cursor, load_ids, rejections)
            record_invalid_measures(
                cursor,
                [
                    (load_id, measure, readings)
                    for key, load_id in load_ids.items()
                    for measure, readings in aggregation.summaries[key].invalid_measures.items()
                ],
            )
            connection.commit()
        claimed = [total for stored, total in zip(objects, totals, strict=True) if stored.key in load_ids]
        self.result.add(claimed)
        log.info(
            "%d objects loaded, %d rows of minutes; %d were loaded by another run in the meantime",
            len(load_ids),
            minutes,
            len(objects) - len(load_ids),
        )
