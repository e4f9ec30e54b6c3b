"""The search for overlaps: readings of a hero and second that several objects deliver."""

from __future__ import annotations

import logging

from include.cerebro.platform.names import DEFAULT_LANDING_ZONE, LOADER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

# The planner cannot know how many minutes a range has, and expects one: with nested loops 240,000 minutes took over
# 100 s instead of 1 s.
PLANNER = {"enable_nestloop": "off", "work_mem": "64MB"}
# A task's log is no list of objects: operations.overlapping_objects is.
LOGGED = 20


def find_overlaps(warehouse: Warehouse) -> int:
    """Note in ``raw.overlapping_loads`` which of the loads since the last search overlap with others, and log them.

    Idempotent: what was searched is not searched again. Whoever commits later is compared with all before, so it makes
    no difference which of two parallel loads came first.

    Returns:
        The number of pairs of objects that overlap.
    """
    with warehouse.connect(LOADER_ROLE, PLANNER) as connection, connection.cursor() as cursor:
        cursor.execute("select raw.summarize_biometrics()")
        cursor.execute(read_sql("checking/find_overlaps.sql"))
        pairs = cursor.fetchall()
        connection.commit()
    for seconds, zone, key, earlier_zone, earlier_key in pairs[:LOGGED]:
        log.warning(
            "%s delivers readings again that %s delivers: %d seconds of a hero",
            _named(zone, key),
            _named(earlier_zone, earlier_key),
            seconds,
        )
    if len(pairs) > LOGGED:
        log.warning(
            "%d more pairs of objects overlap; operations.overlapping_objects has all of them", len(pairs) - LOGGED
        )
    return len(pairs)


def _named(landing_zone: str, key: str) -> str:
    return key if landing_zone == DEFAULT_LANDING_ZONE else f"{landing_zone}: {key}"
