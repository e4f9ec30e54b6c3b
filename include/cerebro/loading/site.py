"""Where a load happens: the landing zone with its store, the quarantine, the warehouse, and the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from include.cerebro.ledger import duplicates, failures, loads
from include.cerebro.ledger.erasures import ErasedMeanwhileError
from include.cerebro.ledger.notices import rescued_files
from include.cerebro.ledger.objects import Origin, new_objects
from include.cerebro.ledger.rejections import Rejection
from include.cerebro.ledger.schema_changes import likely_renamed
from include.cerebro.loading.quarantine import empty
from include.cerebro.platform.errors import BadObjectError
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import Dataset
from include.cerebro.zones.landing_zones import LandingZone
from include.cerebro.zones.places import Place, Quarantine
from include.cerebro.zones.rules_version import rules_version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


@dataclass(frozen=True)
class LoadSite:
    """What every load needs.

    Attributes:
        zone: the landing zone.
        store: its store.
        warehouse: the warehouse.
        settings: the settings.
        dag_run_id: the run that loads.
        quarantine_store: the store of the quarantine; none means that of the landing zone.
    """

    zone: LandingZone
    store: ObjectStore
    warehouse: Warehouse
    settings: Settings
    dag_run_id: str | None = None
    quarantine_store: ObjectStore | None = None

    @cached_property
    def quarantine(self) -> Quarantine:
        """Where the landing zone's rejected rows are kept."""
        return Quarantine(Place.parse(self.settings.quarantine_bucket), self.zone.name)

    @cached_property
    def quarantine_client(self) -> S3Client:
        """A client of the quarantine's store."""
        return (self.quarantine_store or self.store).client()

    def origin(self, dataset: Dataset) -> Origin:
        """Return what the ledger notes of all objects of a dataset."""
        return Origin(self.zone.name, dataset.name, rules_version(self.zone), self.dag_run_id)

    def unread(self, origin: Origin, objects: Sequence[StoredObject]) -> Iterator[Sequence[StoredObject]]:
        """Yield those of the objects that have to be read, of equal bytes one at a time, and record the duplicates.

        The objects that were yielded must be committed, or marked as failed, before the next are asked for.
        """
        while objects:
            with self.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                new = new_objects(cursor, origin.landing_zone, objects)
                new = duplicates.settle(cursor, origin, new)
                connection.commit()
            first, objects = duplicates.split_twins(new)
            if first:
                yield first

    def publish(
        self,
        cursor: Cursor,
        origin: Origin,
        load_ids: Mapping[str, int],
        last_erasure: int,
        rejections: Iterable[Rejection],
    ) -> None:
        """Order the loads of this transaction after all that are visible (``loads.publish``).

        Raises:
            ErasedMeanwhileError: a hero was forgotten since the objects were read. Their files in the quarantine are
                emptied, because the retry may have nothing left to write over them.
        """
        try:
            loads.publish(cursor, origin, load_ids, last_erasure)
        except ErasedMeanwhileError:
            keys = {it.quarantine_key for it in rejections if it.object_key in load_ids and it.quarantine_key}
            for key in keys | rescued_files(cursor, load_ids.values()):
                empty(self.settings, self.quarantine_client, self.quarantine, key)
            raise

    def record_failure(self, cursor: Cursor, origin: Origin, stored: StoredObject, bad: BadObjectError) -> None:
        """Mark an object as failed. A refusal of the store may end at any time, so the next run tries it again.

        An object that should replace a load is not marked: that load stays in force.
        """
        if stored.replaces is not None:
            return
        known = origin if bad.is_content else origin._replace(rules_version=None)
        renamed = likely_renamed(cursor, origin, bad.columns) if bad.columns else ""
        failures.record_failure(cursor, known, stored, f"{bad}{renamed}")
