"""Finds the objects of the landing zones that still hold a hero who was forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from include.cerebro.landing.listing import list_objects
from include.cerebro.maintenance.erasure.quarantine import note_objects
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.landing_zones import LandingZone

log = logging.getLogger(__name__)

# As many keys as a person reads; meta.erasure_objects has all of them.
SHOWN = 20


def list_holders(
    warehouse: Warehouse,
    zones: Sequence[LandingZone],
    store_of: Callable[[LandingZone], ObjectStore],
    erasure_id: int,
) -> int:
    """Note which objects of the landing zones still hold the hero, in ``meta.erasure_objects``. Idempotent.

    Returns:
        Their number.
    """
    holders = 0
    with warehouse.connect() as connection, connection.cursor() as cursor:
        for zone in zones:
            parameters = {"erasure_id": erasure_id, "landing_zone": zone.name}
            cursor.execute(read_sql("maintenance/erasure/candidate_objects.sql"), parameters)
            candidates: dict[str, set[str | None]] = {}
            for key, etag in cursor.fetchall():
                candidates.setdefault(key, set()).add(etag)
            connection.commit()
            cursor.execute(read_sql("maintenance/erasure/rewritten.sql"), parameters)
            rewritten = set(cursor.fetchall())
            connection.commit()
            listed = list_objects(store_of(zone).client(), zone.bucket, zone.prefix) if candidates else ()
            keys = [
                it.key
                for it in listed
                if candidates.get(it.key, set()) & {it.etag, None} and (it.key, it.etag) not in rewritten
            ]
            gone = sorted(candidates.keys() - set(keys))
            cursor.execute(read_sql("maintenance/erasure/forget_objects.sql"), parameters | {"object_keys": gone})
            note_objects(cursor, erasure_id, zone.name, keys)
            connection.commit()
            holders += len(keys)
            if keys:
                log.warning(
                    "%d objects of the landing zone %s still hold the hero; delete them or deliver them again without "
                    "the hero. All are in meta.erasure_objects: %s%s",
                    len(keys),
                    zone.name,
                    ", ".join(keys[:SHOWN]),
                    " and others" if len(keys) > SHOWN else "",
                )
    return holders
