"""Loads biometrics: from Parquet in the landing zone to one-minute aggregates in ``raw``.

DuckDB aggregates the objects part by part over httpfs. PostgreSQL takes each part by binary COPY, in one transaction
with the ledger, while DuckDB aggregates the next part. One broken object fails alone: a part that fails is bisected
until the broken object is isolated.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import duckdb
from botocore.exceptions import ClientError

from include.cerebro.formats.parquet import describe_problem, has_footer
from include.cerebro.landing.batches import pack
from include.cerebro.landing.versions import check_unchanged, is_unchanged
from include.cerebro.ledger import unfounded
from include.cerebro.ledger.erasures import Erasures
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.loading.parts import Parts
from include.cerebro.loading.pipeline import pipeline
from include.cerebro.loading.refusals import Refusals, content_fault
from include.cerebro.loading.repeats import RepeatedReadings, turn
from include.cerebro.loading.result import LoadResult
from include.cerebro.loading.site import LoadSite
from include.cerebro.platform.duckdb_session import duckdb_session, sign_in
from include.cerebro.platform.errors import BadObjectError, ObjectChangedError, first_line, may_be_content
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.zones.datasets import BIOMETRICS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


class BiometricsLoader:
    """Loads batches of biometrics objects of one landing zone into one warehouse, for one DAG run."""

    def __init__(self, site: LoadSite) -> None:
        self.store = site.store
        self.bucket = site.zone.bucket
        self.warehouse = site.warehouse
        self.settings = site.settings
        self.result = LoadResult()
        self._site = site
        self._origin = site.origin(BIOMETRICS)
        self._refusals = Refusals(self.bucket, BIOMETRICS.within(site.zone.prefix))
        self._rejects_repeats = site.zone.overlap == "reject"
        self._parts = Parts(site, self._origin, self.result)

    def load(self, batch: Sequence[StoredObject]) -> LoadResult:
        """Load a batch. Idempotent: objects that the ledger holds already are skipped, and duplicates are recorded.

        Broken objects are marked as failed in the ledger and named in the result. Anything that is not an object's
        fault raises, and leaves nothing half-done: the store or the warehouse does not answer, memory or disk is short.
        """
        with closing(self.store.client()) as client:
            for objects in self._site.unread(self._origin, batch):
                self._load_new(client, objects)
            if self._rejects_repeats:
                self._load_again(client)
        return self.result

    def _load_new(self, client: S3Client, objects: Sequence[StoredObject]) -> None:
        settings = self.settings
        if self._rejects_repeats:
            # One after the other: a part must see what the one before holds.
            for in_turn in pack(objects, settings.part_bytes, settings.part_objects):
                try:
                    self._load_together(client, in_turn)
                except Exception as error:
                    if not may_be_content(error):
                        raise
                    log.warning("A part of %d objects failed: %s", len(in_turn), first_line(error))
                    self._load_failed_part(client, in_turn)
            return
        small = [stored for stored in objects if stored.size_bytes <= settings.whole_object_bytes]
        large = [stored for stored in objects if stored.size_bytes > settings.whole_object_bytes]
        groups = [(group, True) for group in pack(small, settings.kept_bytes, settings.batch_objects)]
        for group, whole in [*groups, (large, False)]:
            for part in self._load_parts(client, group, whole):
                self._load_failed_part(client, part)

    def _load_again(self, client: S3Client) -> None:
        """Load again what lost readings to a load that was superseded since, each load once, as long as it is there.

        A load of the same bytes and rules has what the one before it had, so this comes to an end.
        """
        tried: set[int | None] = set()
        while len(tried) < self.settings.batch_objects:
            with self.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                found = unfounded.find(cursor, self._origin.landing_zone, tried, self.settings.part_objects)
            if not found:
                return
            tried |= {stored.replaces for stored in found}
            there = [stored for stored in found if is_unchanged(client, self.bucket, stored)]
            log.info(
                "%d of %d objects are loaded again: what repeated their readings was superseded", len(there), len(found)
            )
            for objects in self._site.unread(self._origin, there):
                self._load_new(client, objects)

    def _load_parts(
        self, client: S3Client, objects: Sequence[StoredObject], whole: bool
    ) -> list[Sequence[StoredObject]]:
        """Load the objects part by part, each in a transaction; return the parts that their content kept from loading.

        A part of objects that are fetched ``whole`` occupies one thread, so several parts run at once. Any other part
        occupies all of DuckDB's threads.
        """
        parts = list(pack(objects, self.settings.part_bytes, self.settings.part_objects))
        if not parts:
            return []
        failed = []
        with duckdb_session(self.settings, self.store, whole_objects=whole) as duck:
            connections = self.settings.fetch_connections if whole else 0
            aggregations = [
                self._aggregation(duck.cursor(), part, [duck.cursor() for _ in part[:connections]]) for part in parts
            ]

            def interrupt() -> None:
                for aggregation in aggregations:
                    aggregation.interrupt()

            def run(aggregation: Aggregation) -> None:
                sign_in(duck, self.store)  # Temporary keys may have expired since the session began.
                aggregation.run(client)

            workers = self.settings.duckdb_threads if whole else 1
            with closing(pipeline(aggregations, run, interrupt, workers)) as results:
                for aggregation, aggregated in results:
                    try:
                        aggregated.result()
                        self._parts.commit(client, aggregation)
                    except Exception as error:
                        if not may_be_content(error):
                            raise
                        log.warning("A part of %d objects failed: %s", len(aggregation.objects), first_line(error))
                        failed.append(aggregation.objects)
                    finally:
                        aggregation.close()
        return failed

    def _load_failed_part(self, client: S3Client, objects: Sequence[StoredObject]) -> None:
        """Mark the objects without a readable footer as failed, one by one, and load the others."""
        # This raises if the store itself is down; the task is retried later.
        client.head_bucket(Bucket=self.bucket)
        # Without repetition: each object that the store refuses took 2.1 s with four.
        with duckdb_session(self.settings, self.store, http_retries=0) as duck:
            broken = [stored for stored in objects if not has_footer(duck, self.bucket, stored)]
        for stored in broken:
            self._recheck_and_mark_failed(client, stored)
        others = [stored for stored in objects if stored not in broken]
        if others:
            self._load_or_bisect(client, others)

    def _load_or_bisect(self, client: S3Client, objects: Sequence[StoredObject]) -> None:
        try:
            self._load_together(client, objects)
        except Exception as error:
            if not may_be_content(error):
                raise
            if len(objects) == 1:
                self._recheck_and_mark_failed(client, objects[0])
                return
            log.warning("%d objects failed together and are bisected: %s", len(objects), first_line(error))
            client.head_bucket(Bucket=self.bucket)
            middle = len(objects) // 2
            self._load_or_bisect(client, objects[:middle])
            self._load_or_bisect(client, objects[middle:])

    def _recheck_and_mark_failed(self, client: S3Client, stored: StoredObject) -> None:
        """Mark a single object as failed, once nothing else can be the cause."""
        try:
            check_unchanged(client, self.bucket, stored)
            bad = self._recheck(client, stored)
        except ObjectChangedError as changed:
            log.warning("%s; the next run loads its new version", changed)
            return
        except ClientError as refused:
            bad = self._refusals.judge(client, stored, refused)
            bad.is_content = False
        if bad:
            self._parts.mark_failed(stored, bad)

    def _recheck(self, client: S3Client, stored: StoredObject) -> BadObjectError | None:
        """Return what is wrong with the object, or load it after all: a transient fault has passed by now."""
        if problem := describe_problem(client, self.bucket, stored):
            return BadObjectError(stored.key, problem)
        try:
            self._load_together(client, [stored])
        except Exception as error:
            if not may_be_content(error):
                raise
            return content_fault(stored, error)
        return None

    def _load_together(self, client: S3Client, objects: Sequence[StoredObject]) -> None:
        """Aggregate all objects and commit them, or raise and leave no trace."""
        while objects:
            with (
                duckdb_session(self.settings, self.store) as duck,
                turn(self._site) as repeats,
                closing(self._aggregation(duck, objects, repeats=repeats)) as aggregation,
            ):
                aggregation.run(client)
                objects = self._parts.commit(client, aggregation)

    def _aggregation(
        self,
        duck: duckdb.DuckDBPyConnection,
        objects: Sequence[StoredObject],
        fetchers: Sequence[duckdb.DuckDBPyConnection] = (),
        repeats: RepeatedReadings | None = None,
    ) -> Aggregation:
        erasures = partial(Erasures.find, self.warehouse)
        return Aggregation(duck, self.bucket, objects, fetchers, self._site.zone.rules, repeats, erasures)
