"""Discovery: compares the landing zones with the ledger and returns what is new."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.landing.batches import Parcel, pack
from include.cerebro.landing.fingerprint import Fingerprint
from include.cerebro.landing.listing import ZoneListing
from include.cerebro.ledger import duplicates, failures
from include.cerebro.ledger.listings import Listing, record_listing
from include.cerebro.ledger.objects import Origin, new_objects
from include.cerebro.platform.buckets import require_buckets
from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.names import LANDING_BUCKET_VARIABLE, LOADER_ROLE
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import BIOMETRICS, DATASETS, HEROES, MISSIONS, Dataset
from include.cerebro.zones.landing_zones import LandingZone
from include.cerebro.zones.places import Place
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

# Listed objects that are compared with the ledger at a time: memory does not grow with the landing zone.
COMPARED_AT_ONCE = 10_000


class Discovery(NamedTuple):
    """What is new, by dataset. Biometrics come in batches, one for each load task.

    ``listed`` has the fingerprint of each listed landing zone, of its new and its known objects.
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
) -> Discovery:
    """Compare the landing zones with the ledger and return what is new.

    The cost is one listing (1,000 objects a request) and one query for 10,000 objects, whatever the history. A landing
    zone that cannot be listed does not stop the others: ``check_objects`` names it at the end of the run.

    Args:
        zones: the landing zones.
        open_store: returns the store of an Airflow connection.
        warehouse: the warehouse.
        settings: sizes of batches, places of quarantine and reports.
        dag_run_id: the run.

    Raises:
        Exception: no landing zone could be listed; the first one's error.
        psycopg2.Error: the warehouse does not answer.
    """
    # Imported here: reading a DAG file must not load the driver.
    import psycopg2

    found = Discovery([], [], [], {})
    errors: list[Exception] = []
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        for zone in zones:
            try:
                new, found.listed[zone.name] = _find_new(
                    cursor, zone, open_store(zone.connection), settings, dag_run_id
                )
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
            for dataset, parcels in ((HEROES, found.heroes), (MISSIONS, found.missions)):
                if new[dataset]:
                    parcels.append(Parcel(zone.name, new[dataset]))
            batches = pack(_twins_together(new[BIOMETRICS]), settings.batch_bytes, settings.batch_objects)
            found.biometrics.extend(Parcel(zone.name, batch) for batch in batches)
    if len(errors) == len(zones):
        raise errors[0]
    return found


def _find_new(
    cursor: Cursor, zone: LandingZone, store: ObjectStore, settings: Settings, dag_run_id: str
) -> tuple[dict[Dataset, list[StoredObject]], Fingerprint]:
    """Return the new objects of a landing zone and the fingerprint of all, and record what else there is.

    The caller commits.
    """
    version = rules_version(zone.rules)
    others = [Place.parse(settings.quarantine_bucket), Place.parse(settings.reports_bucket)]
    require_buckets(store, {zone.bucket: ZONES_BUCKET}, {})
    with closing(store.client()) as client:
        listing = ZoneListing(client, zone, others)
        new = _compare(cursor, zone, listing, version)
    for dataset in DATASETS:
        objects = listing.without_table_files(new[dataset])
        new[dataset] = duplicates.settle(cursor, Origin(zone.name, dataset.name, version, dag_run_id), objects)
        log.info(
            "%s, %s: %d new objects (%.1f MB), %d duplicates",
            zone.name,
            dataset.name,
            len(new[dataset]),
            sum(stored.size_bytes for stored in new[dataset]) / 1e6,
            len(objects) - len(new[dataset]),
        )
    notes = listing.notes()
    log.info("The %s has %d objects", zone, listing.objects)
    if listing.unrecognised:
        examples = ", ".join(listing.examples)
        log.warning("%s: %d objects are not recognised and not loaded: %s", zone.name, listing.unrecognised, examples)
    for note in notes:
        log.warning("%s: %s", zone.name, note)
    counts = (listing.objects, sum(len(objects) for objects in new.values()), listing.unrecognised)
    record_listing(cursor, dag_run_id, Listing(zone.name, *counts, listing.examples, notes))
    return new, listing.fingerprint


def _compare(
    cursor: Cursor, zone: LandingZone, listing: ZoneListing, version: str
) -> dict[Dataset, list[StoredObject]]:
    """List a landing zone and return what the ledger does not hold, without what is known to be broken.

    A broken object is read again when it or the rules change, and once a day. Failures whose object is not there any
    more are over.
    """
    known = failures.known_failures(cursor, zone.name, version)
    there: set[tuple[str, str]] = set()
    new: dict[Dataset, list[StoredObject]] = {dataset: [] for dataset in DATASETS}
    for chunk in _chunks(listing):
        keys = {stored.key for stored in new_objects(cursor, zone.name, [stored for _, stored in chunk])}
        for dataset, stored in chunk:
            object_version = (stored.key, stored.etag)
            if object_version in known:
                there.add(object_version)
            if stored.key in keys and not known.get(object_version, False):
                new[dataset].append(stored)
    failures.resolve(cursor, zone.name, known.keys() - there)
    told_again = sum(known[object_version] for object_version in there)
    if told_again:
        log.warning("%s: %d objects are as broken as they were and are not read again", zone.name, told_again)
    return new


def _chunks(listing: Iterable[tuple[Dataset, StoredObject]]) -> Iterator[list[tuple[Dataset, StoredObject]]]:
    rest = iter(listing)
    while chunk := list(islice(rest, COMPARED_AT_ONCE)):
        yield chunk


def _twins_together(objects: Iterable[StoredObject]) -> list[StoredObject]:
    """Return the objects so that those of equal bytes follow each other: one load task finds them to be duplicates."""
    groups: dict[tuple[str, int], list[StoredObject]] = {}
    for stored in objects:
        groups.setdefault((stored.etag, stored.size_bytes), []).append(stored)
    return [stored for group in groups.values() for stored in group]
