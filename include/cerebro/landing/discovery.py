"""Discovery: compares the landing zones with the ledger, and writes what is new and what of it the run is to load."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.landing.backlog import Backlog, Bounds, Taken, take_batches
from include.cerebro.landing.batches import Parcel
from include.cerebro.landing.comparison import find_new
from include.cerebro.landing.fingerprint import Fingerprint
from include.cerebro.landing.listing import ZoneListing
from include.cerebro.ledger import manifests, told_objects, unfounded, waiting
from include.cerebro.ledger.listings import Listing, last_listing, record_listing, repeat_listing
from include.cerebro.ledger.objects import Origin
from include.cerebro.platform.buckets import require_buckets
from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.names import LANDING_BUCKET_VARIABLE, LOADER_ROLE
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import BIOMETRICS, DATASETS, HEROES, MISSIONS, Dataset
from include.cerebro.zones.landing_zones import LandingZone, written_places
from include.cerebro.zones.rules_version import rules_version

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

REMEDY = (
    "Nothing of it was loaded; the other landing zones were. Check its bucket, and the keys and rights of its "
    "connection (s3:ListBucket, s3:GetObject)"
)
# Keys that a run looks at instead of listing the landing zone. Each is a request, as 1,000 objects of a listing are, so
# from 100,000 objects on it is as many as a listing needs requests.
MOST_KEYS = 100
LISTED_AT_ONCE = 1_000
# A scheduled run lists a larger landing zone once a day. Listing 10,000 known objects takes less than 2 s, with all
# that comes with it, and a million a minute.
LISTED_EACH_TIME = 10_000
# Where a landing zone's bucket is named.
ZONES_BUCKET = f"the Airflow Variable {LANDING_BUCKET_VARIABLE}, or the field bucket of the landing zone"


class Start(Enum):
    """What starts a run, and so what it lists."""

    # All that there is.
    BY_HAND = "by hand"
    # Landing zones that are small, or were not listed for a day.
    BY_TIME = "by time"
    # A landing zone for which it is not enough to look at what watchers told of, and to go on with what a listing left.
    BY_ARRIVAL = "by arrival"


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
    start: Start = Start.BY_HAND,
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
        start: what started the run, and so whether it lists the landing zones.

    Raises:
        Exception: no landing zone that was to be looked at could be; the first one's error.
        psycopg2.Error: the warehouse does not answer.
    """
    # Imported here: reading a DAG file must not load the driver.
    import psycopg2

    found = Discovery([], [], [], {})
    errors: list[Exception] = []
    is_any = False
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        manifests.remove_old(cursor)
        waiting.remove_old(cursor)
        told_objects.forget_other_zones(cursor, [zone.name for zone in zones])
        kept = waiting.count(cursor).keys()
        connection.commit()
        look = _Look(cursor, settings, Bounds.of(settings, len(zones)), dag_run_id)
        for zone in zones:
            try:
                of_zone = look.find(zone, open_store, kept, start)
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
            if of_zone is None:
                continue
            is_any = True
            parcels, listed = of_zone
            if listed:
                found.listed[zone.name] = listed
            for dataset, of_all in ((HEROES, found.heroes), (MISSIONS, found.missions), (BIOMETRICS, found.biometrics)):
                of_all.extend(parcels[dataset])
    if errors and not is_any:
        raise errors[0]
    return found


class _Told(NamedTuple):
    """The keys that watchers told of, as many as a run looks at, and whether there are no more."""

    keys: list[str]
    is_all: bool


class _Look(NamedTuple):
    """A run that looks at landing zones, one after the other. The caller commits."""

    cursor: Cursor
    settings: Settings
    bounds: Bounds
    dag_run_id: str

    def find(
        self, zone: LandingZone, open_store: Callable[[str], ObjectStore], kept: Collection[str], start: Start
    ) -> tuple[dict[Dataset, list[Parcel]], Fingerprint | None] | None:
        """Return what the run takes of a landing zone, and the fingerprint of all if it was listed; None for nothing.

        Args:
            zone: the landing zone.
            open_store: returns the store of an Airflow connection.
            kept: the landing zones with what an earlier listing left, which the run goes on with.
            start: what started the run.
        """
        cursor = self.cursor
        is_kept = zone.name in kept
        begun_at = told_objects.clock(cursor)
        last = last_listing(cursor, zone.name)
        told = None if start is Start.BY_HAND else self._told(zone, last, begun_at, is_kept, start)
        if told is not None and not (told.keys or is_kept):
            return None
        others = written_places(self.settings).values()
        store = open_store(zone.connection)
        require_buckets(store, {zone.bucket: ZONES_BUCKET}, {})
        with closing(store.client()) as client:
            if told is not None:
                listing = ZoneListing(client, zone, others, keys=told.keys)
                parcels, taken, left = self._compare(zone, listing, is_kept)
                if self._is_enough(zone, is_kept, told.is_all, taken, left) and not listing.tables:
                    log.info("The %s was not listed: arrivals told of %d objects", zone, len(told.keys))
                    if is_kept:
                        repeat_listing(cursor, self.dag_run_id, left)
                    told_objects.forget(cursor, zone.name, begun_at, told.keys)
                    return parcels, None
                cursor.connection.rollback()
            listing = ZoneListing(client, zone, others)
            parcels, taken, left = self._compare(zone, listing)
        is_watched = bool(self.settings.arrival_queue or self.settings.arrival_seconds)
        # Of what waited before this listing, watchers told an earlier run.
        is_counted = start is Start.BY_TIME and is_watched and last is not None and not last.objects_waiting
        untold = self._count_untold(zone) if is_counted else 0
        told_objects.forget(cursor, zone.name, begun_at)
        notes = listing.notes()
        log.info("The %s has %d objects", zone, listing.objects)
        if listing.unrecognised:
            examples = ", ".join(listing.examples)
            log.warning(
                "%s: %d objects are not recognised and not loaded: %s", zone.name, listing.unrecognised, examples
            )
        for note in notes:
            log.warning("%s: %s", zone.name, note)
        record_listing(
            cursor,
            self.dag_run_id,
            left._replace(
                objects=listing.objects,
                unrecognised=listing.unrecognised,
                examples=listing.examples,
                notes=notes,
                objects_untold=untold,
            ),
        )
        return parcels, listing.fingerprint

    def _told(
        self, zone: LandingZone, last: Listing | None, until: datetime, is_kept: bool, start: Start
    ) -> _Told | None:
        """Return what watchers told of; None if the landing zone is to be listed.

        So it is if its last listing left something open: another one finds more than what has arrived since. Where it
        found tables, only a listing can tell their later files from plain ones. One that could not be listed is left
        alone as long as nothing arrives in it.
        """
        if last is None or (last.objects_waiting and not is_kept):
            return None
        if start is Start.BY_TIME and (last.objects <= LISTED_EACH_TIME or not last.is_of_today):
            return None
        most = max(MOST_KEYS, last.objects // LISTED_AT_ONCE)
        keys = told_objects.due(self.cursor, zone.name, until, most + 1)
        is_all = len(keys) <= most
        is_open = last.error is not None or told_objects.SOMETHING in keys or (keys and last.notes)
        if is_open and (keys or is_kept):
            return None
        return _Told(keys[:most], is_all) if is_all or is_kept else None

    def _is_enough(self, zone: LandingZone, is_kept: bool, is_all: bool, taken: Taken, left: Listing) -> bool:
        """Return whether a run has no need to list, after it took from what arrived and from what a listing left."""
        if not is_kept:
            # What arrives and is more than a run takes is for a listing.
            return not left.objects_waiting
        if left.objects_waiting or taken == Taken():
            return taken != Taken()
        # The end of a backlog: only a listing finds again what load tasks did not get through with.
        return is_all and not manifests.tried_objects(self.cursor, zone.name, self.dag_run_id)

    def _count_untold(self, zone: LandingZone) -> int:
        """Return how many of the objects that a listing found new no watcher told of, and warn of them."""
        objects, examples = told_objects.untold(self.cursor, zone.name, self.dag_run_id)
        if objects:
            log.warning(
                "%s: no watcher told of %d objects that this listing found: %s. If their number grows, look whether "
                "the triggerer runs, and whether the bucket's notifications are sent for these keys",
                zone.name,
                objects,
                ", ".join(examples),
            )
        return objects

    def _compare(
        self, zone: LandingZone, listing: ZoneListing, is_kept: bool = False
    ) -> tuple[dict[Dataset, list[Parcel]], Taken, Listing]:
        """Take what is new of a listing, and of what an earlier one left; write it in batches, and leave the others."""
        version = rules_version(zone)
        new = self._find_new(zone, listing, version, is_kept)
        is_more = any(backlog.objects > self.bounds.objects for backlog in new.values())
        if is_more and listing.is_whole and listing.tables:
            # Among the oldest may be files of tables, which a listing knows at its end: without them others move up.
            listing.restart()
            new = self._find_new(zone, listing, version, is_kept)
        parcels: dict[Dataset, list[Parcel]] = {}
        total = Taken()
        for dataset, backlog in new.items():
            origin = Origin(zone.name, dataset.name, version, self.dag_run_id)
            own = listing.without_table_files(backlog.oldest())
            parcels[dataset], taken = take_batches(self.cursor, origin, backlog, own, self.bounds)
            total = total.plus(taken)
            log.info("%s, %s: %s", zone.name, dataset.name, taken)
        waiting.sort(self.cursor, zone.name)
        objects, size_bytes = waiting.count(self.cursor).get(zone.name, (0, 0))
        if objects:
            log.info("%s: %d newer objects (%.1f MB) wait for the next run", zone.name, objects, size_bytes / 1e6)
        left = Listing(zone.name, new_objects=total.objects, objects_waiting=objects, bytes_waiting=size_bytes)
        return parcels, total, left

    def _find_new(self, zone: LandingZone, listing: ZoneListing, version: str, is_kept: bool) -> dict[Dataset, Backlog]:
        # Load tasks do that after a correction; one of them may have been killed.
        again = unfounded.find(self.cursor, zone.name) if zone.overlap == "reject" else []
        kept: Iterable[tuple[Dataset, StoredObject]] = ()
        if is_kept:
            kept = self._kept(zone, listing)
        elif listing.is_whole:
            waiting.clear(self.cursor, zone.name)
        return find_new(self.cursor, zone.name, listing, version, self.bounds.objects, self.dag_run_id, again, kept)

    def _kept(self, zone: LandingZone, listing: ZoneListing) -> Iterator[tuple[Dataset, StoredObject]]:
        """Yield as much of what an earlier listing left as the run takes, without what arrivals have told of."""
        for dataset in DATASETS:
            bounds = self.bounds
            for stored in waiting.take(self.cursor, zone.name, dataset.name, bounds.objects, bounds.size_bytes):
                if stored.key not in listing.keys:
                    yield dataset, stored
