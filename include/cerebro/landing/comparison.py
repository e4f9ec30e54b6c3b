"""Compares a listing with the ledger: which of the listed objects are new."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from include.cerebro.landing.backlog import Backlog
from include.cerebro.landing.listing import ZoneListing
from include.cerebro.ledger import failures, manifests, waiting
from include.cerebro.ledger.objects import new_objects
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.zones.datasets import DATASETS, Dataset

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Listed objects that are compared with the ledger at a time: memory does not grow with the landing zone. 1,000,000
# known objects took 7.1 s of our processor time (3.4 s to tell what each is) and 14 MiB, and PostgreSQL 4.3 s. Copied
# to a temporary table and compared by one hash join: 5.6 s, 13 MiB and 2.1 s, and a second way to say what is new.
COMPARED_AT_ONCE = 10_000


def find_new(
    cursor: Cursor,
    landing_zone: str,
    listing: ZoneListing,
    rules_version: str,
    most_objects: int,
    dag_run_id: str,
    again: Iterable[StoredObject] = (),
    kept: Iterable[tuple[Dataset, StoredObject]] = (),
) -> dict[Dataset, Backlog]:
    """Return what the ledger does not hold of a landing zone's listing, without what is known to be broken.

    What is more than the oldest objects waits in ``meta.waiting``.

    A broken object is read again when it or the rules change, and once a day. Failures whose object is not there any
    more are over, which the listing of a whole landing zone tells.

    Args:
        cursor: a cursor with the rights of the loader. The caller commits.
        landing_zone: the name of the landing zone.
        listing: its listing.
        rules_version: the version of its rules.
        most_objects: how many of the oldest new objects of each dataset are returned at most.
        dag_run_id: the run.
        again: objects that the ledger holds and that are to be loaded again, each with the load that it replaces.
        kept: what an earlier listing left, beside the listed objects.
    """
    replaced = {(stored.key, stored.etag): stored.replaces for stored in again}
    known = failures.known_failures(cursor, landing_zone, rules_version)
    tried = manifests.tried_objects(cursor, landing_zone, dag_run_id)
    there: set[tuple[str, str]] = set()
    new = {
        dataset: Backlog(most_objects, tried, partial(waiting.add, cursor, landing_zone, dataset.name))
        for dataset in DATASETS
    }
    for chunk in _chunks(chain(listing, kept)):
        if replaced:
            chunk = [(dataset, it._replace(replaces=replaced.get((it.key, it.etag)))) for dataset, it in chunk]
        keys = {stored.key for stored in new_objects(cursor, landing_zone, [stored for _, stored in chunk])}
        if known:
            there |= known.keys() & {(stored.key, stored.etag) for _, stored in chunk}
        if keys:
            for dataset, stored in chunk:
                if stored.key in keys and not known.get((stored.key, stored.etag), False):
                    new[dataset].add(stored)
    if listing.is_whole:
        failures.resolve(cursor, landing_zone, known.keys() - there)
    told_again = sum(known[object_version] for object_version in there)
    if told_again:
        log.warning("%s: %d objects are as broken as they were and are not read again", landing_zone, told_again)
    return new


def _chunks(listing: Iterable[tuple[Dataset, StoredObject]]) -> Iterator[list[tuple[Dataset, StoredObject]]]:
    rest = iter(listing)
    while chunk := list(islice(rest, COMPARED_AT_ONCE)):
        yield chunk
