"""Discovery: compares the landing zones with the ledger, and writes what is new and what of it the run is to load."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.landing.backlog import Backlog, Bounds, take
from include.cerebro.landing.batches import Parcel, pack
from include.cerebro.landing.comparison import find_new
from include.cerebro.landing.fingerprint import Fingerprint
from include.cerebro.landing.listing import ZoneListing
from include.cerebro.ledger import duplicates, manifests, unfounded
from include.cerebro.ledger.listings import Listing, is_settled, record_listing
from include.cerebro.ledger.objects import Origin
from include.cerebro.platform.buckets import require_buckets
from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.names import LANDING_BUCKET_VARIABLE, LOADER_ROLE
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import BIOMETRICS, HEROES, MISSIONS, Dataset
from include.cerebro.zones.landing_zones import LandingZone, written_places
from include.cerebro.zones.rules_version import rules_version

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

REMEDY = (
    "Nothing of it was loaded; the other landing zones were. Check its bucket, and the keys and rights of its "
    "connection (s3:ListBucket, s3:GetObject)"
)
# Where a landing zone's bucket is named.
ZONES_BUCKET = f"the Airflow Variable {LANDING_BUCKET_VARIABLE}, or the field bucket of the landing zone"


class Discovery(NamedTuple):
    """What the run is to load, by dataset. Biometrics come in batches, one for each load task.

    ``listed`` has the fingerprint of each landing zone that was listed as a whole, of its new and its known objects.
    """

    heroes: list[Parcel]
    missions: list[Parcel]
    biometrics: list[Parcel]
    listed: dict[str, Fingerprint]


def discover(
    zones: Sequence[LandingZone],
    open_store: Callable[[str], ObjectStore],
    warehouse: Warehouse,
    settings: Settings,
    dag_run_id: str,
    told: Mapping[str, Sequence[str]] | None = None,
) -> Discovery:
    """Compare the landing zones with the ledger, and write what the run is to load to ``meta.manifests``.

    The cost is one listing (1,000 objects a request) and one query for 10,000 objects, whatever the history; or a
    request for each object that an arrival told of. A landing zone that cannot be listed does not stop the others:
    ``check_objects`` names it at the end of the run.

    Args:
        zones: the landing zones.
        open_store: returns the store of an Airflow connection.
        warehouse: the warehouse.
        settings: sizes of runs and batches, places of quarantine and reports.
        dag_run_id: the run.
        told: the keys that arrivals told of, by landing zone: nothing else is looked at. None lists all.

    Raises:
        Exception: no landing zone could be listed; the first one's error.
        psycopg2.Error: the warehouse does not answer.
    """
    # Imported here: reading a DAG file must not load the driver.
    import psycopg2

    found = Discovery([], [], [], {})
    errors: list[Exception] = []
    bounds = Bounds.of(settings, len(zones))
    if told is not None and told.keys() <= {zone.name for zone in zones}:
        zones = [zone for zone in zones if zone.name in told]
    else:
        told = {}
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        manifests.remove_old(cursor)
        connection.commit()
        for zone in zones:
            try:
                store = open_store(zone.connection)
                parcels, listed = _find_new(cursor, zone, store, settings, bounds, dag_run_id, told.get(zone.name))
            except psycopg2.Error:
                raise
            except Exception as error:
                # Whatever it is, it concerns this landing zone alone.
                connection.rollback()
                log.exception("The %s cannot be listed", zone)
                why = f"{type(error).__name__}: {str(error).rstrip('.')}. {REMEDY}"
                problem = f"{zone} cannot be listed: {error if isinstance(error, FinalError) else why}"
                record_listing(cursor, dag_run_id, Listing(zone.name, error=problem))
                connection.commit()
                errors.append(error)
                continue
            connection.commit()
            if listed:
                found.listed[zone.name] = listed
            for dataset, of_all in ((HEROES, found.heroes), (MISSIONS, found.missions), (BIOMETRICS, found.biometrics)):
                of_all.extend(parcels[dataset])
    if len(errors) == len(zones):
        raise errors[0]
    return found


def _find_new(
    cursor: Cursor,
    zone: LandingZone,
    store: ObjectStore,
    settings: Settings,
    bounds: Bounds,
    dag_run_id: str,
    told: Sequence[str] | None,
) -> tuple[dict[Dataset, list[Parcel]], Fingerprint | None]:
    """Return what the run takes of a landing zone and the fingerprint of all; None if what arrivals told of will do.

    The caller commits.
    """
    others = written_places(settings).values()
    require_buckets(store, {zone.bucket: ZONES_BUCKET}, {})
    with closing(store.client()) as client:
        if told and is_settled(cursor, zone.name):
            listing = ZoneListing(client, zone, others, keys=told)
            parcels, taken = _compare(cursor, zone, listing, bounds, dag_run_id)
            if not taken.objects_waiting:
                log.info("The %s was not listed: arrivals told of %d objects", zone, len(told))
                return parcels, None
            # The next run follows what a listing says is waiting.
            cursor.connection.rollback()
        listing = ZoneListing(client, zone, others)
        parcels, taken = _compare(cursor, zone, listing, bounds, dag_run_id)
    notes = listing.notes()
    log.info("The %s has %d objects", zone, listing.objects)
    if listing.unrecognised:
        examples = ", ".join(listing.examples)
        log.warning("%s: %d objects are not recognised and not loaded: %s", zone.name, listing.unrecognised, examples)
    for note in notes:
        log.warning("%s: %s", zone.name, note)
    listed = Listing(zone.name, listing.objects, taken.objects, listing.unrecognised, listing.examples, notes)
    listed = listed._replace(objects_waiting=taken.objects_waiting, bytes_waiting=taken.bytes_waiting)
    record_listing(cursor, dag_run_id, listed)
    return parcels, listing.fingerprint


def _compare(
    cursor: Cursor, zone: LandingZone, listing: ZoneListing, bounds: Bounds, dag_run_id: str
) -> tuple[dict[Dataset, list[Parcel]], _Taken]:
    """Take what is new of a listing, and write it in batches."""
    version = rules_version(zone)
    # Load tasks do that after a correction; one of them may have been killed.
    again = unfounded.find(cursor, zone.name) if zone.overlap == "reject" else []
    new = find_new(cursor, zone.name, listing, version, bounds.objects, dag_run_id, again)
    if listing.tables and any(backlog.objects > bounds.objects for backlog in new.values()):
        # Among the oldest may be files of tables, which a listing knows at its end: without them others move up.
        listing.restart()
        new = find_new(cursor, zone.name, listing, version, bounds.objects, dag_run_id, again)
    parcels: dict[Dataset, list[Parcel]] = {}
    total = _Taken()
    for dataset, backlog in new.items():
        origin = Origin(zone.name, dataset.name, version, dag_run_id)
        parcels[dataset], taken = _take(cursor, origin, backlog, listing, bounds)
        total = total.plus(taken)
        log.info("%s, %s: %s", zone.name, dataset.name, taken)
    return parcels, total


class _Taken(NamedTuple):
    """What a run takes of the new objects of a dataset, and what it does not."""

    objects: int = 0
    size_bytes: int = 0
    duplicates: int = 0
    objects_waiting: int = 0
    bytes_waiting: int = 0

    def plus(self, other: _Taken) -> _Taken:
        return _Taken(*(one + another for one, another in zip(self, other, strict=True)))

    def __str__(self) -> str:
        loaded = f"{self.objects} new objects ({self.size_bytes / 1e6:.1f} MB), {self.duplicates} duplicates"
        waiting = f"; {self.objects_waiting} newer objects ({self.bytes_waiting / 1e6:.1f} MB) wait for the next run"
        return loaded + (waiting if self.objects_waiting else "")


def _take(
    cursor: Cursor, origin: Origin, backlog: Backlog, listing: ZoneListing, bounds: Bounds
) -> tuple[list[Parcel], _Taken]:
    """Take the oldest objects, settle the duplicates among them, and write what is to be loaded in batches."""
    oldest = backlog.oldest()
    own = listing.without_table_files(oldest)
    new = duplicates.settle(cursor, origin, own)
    taken = take(new, bounds)
    if origin.dataset == BIOMETRICS.name:
        # In the order of the keys a batch may be one more than in the order of age.
        batches = list(islice(pack(_twins_together(taken), bounds.batch_bytes, bounds.batch_objects), bounds.batches))
        taken = [stored for batch in batches for stored in batch]
    else:
        batches = [taken] if taken else []
    parcels = [
        Parcel(
            origin.landing_zone,
            batch,
            manifests.write(cursor, origin.dag_run_id or "", origin.landing_zone, origin.dataset, batch),
        )
        for batch in batches
    ]
    size = _size(taken)
    counts = _Taken(
        len(taken),
        size,
        len(own) - len(new),
        backlog.objects - len(oldest) + len(new) - len(taken),
        backlog.size_bytes - _size(oldest) + _size(new) - size,
    )
    return parcels, counts


def _size(objects: Iterable[StoredObject]) -> int:
    return sum(stored.size_bytes for stored in objects)


def _twins_together(objects: Iterable[StoredObject]) -> list[StoredObject]:
    """Return the objects so that those of equal bytes follow each other: one load task finds them to be duplicates."""
    groups: dict[tuple[str, int], list[StoredObject]] = {}
    for stored in objects:
        groups.setdefault((stored.etag, stored.size_bytes), []).append(stored)
    return [stored for group in groups.values() for stored in group]
