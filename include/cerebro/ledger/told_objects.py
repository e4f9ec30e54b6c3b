"""What watchers told of and no run has looked at yet: ``meta.told_objects``.

Airflow's events only start runs. They name no objects for them: a run is not given the events that come while it waits
for the one before, and an event is gone with a run that fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# In place of a key: something has arrived, and only a listing tells what.
SOMETHING = ""
# When a later run looks again at what load tasks did not get through with, and at what the store refused to give. Each
# attempt may be a red run; a right is not granted within minutes.
TRIED_AGAIN_AFTER = timedelta(minutes=10)
REFUSED_AGAIN_AFTER = timedelta(hours=1)
# A watcher tells of an object within so long. It looks every few seconds, or as often as notifications come.
TOLD_AFTER = timedelta(minutes=1)


def tell(cursor: Cursor, landing_zone: str, keys: Iterable[str]) -> None:
    """Tell the next run of objects of a landing zone, by their full keys or as SOMETHING. The caller commits."""
    parameters = {"landing_zone": landing_zone, "object_keys": list(dict.fromkeys(keys))}
    cursor.execute(read_sql("ledger/tell_objects.sql"), parameters)


def tell_unfinished(cursor: Cursor, dag_run_id: str) -> None:
    """Tell later runs of what load tasks of a run did not get through with, or were refused. The caller commits."""
    parameters = {
        "dag_run_id": dag_run_id,
        "tried_after": TRIED_AGAIN_AFTER,
        "refused_after": REFUSED_AGAIN_AFTER,
    }
    cursor.execute(read_sql("ledger/tell_unfinished.sql"), parameters)


def clock(cursor: Cursor) -> datetime:
    """Return the warehouse's clock, by which objects are told of."""
    cursor.execute(read_sql("ledger/clock.sql"))
    row: tuple[datetime] = cursor.fetchone() or (datetime.now(UTC),)
    return row[0]


def due(cursor: Cursor, landing_zone: str, until: datetime, most: int) -> list[str]:
    """Return the full keys of a landing zone that are to be looked at, at most so many.

    Args:
        cursor: a cursor that may read ``meta``.
        landing_zone: the name of the landing zone.
        until: the warehouse's clock when the run begins to look.
        most: how many keys are returned at most.
    """
    parameters = {"landing_zone": landing_zone, "until": until, "most": most}
    cursor.execute(read_sql("ledger/due_objects.sql"), parameters)
    return [key for (key,) in cursor.fetchall()]


def forget(cursor: Cursor, landing_zone: str, until: datetime, keys: Collection[str] | None = None) -> None:
    """Remove what a run has looked at since ``until``: these keys, or all of a landing zone. The caller commits."""
    parameters = {"landing_zone": landing_zone, "until": until, "object_keys": None if keys is None else list(keys)}
    cursor.execute(read_sql("ledger/forget_told.sql"), parameters)


def forget_other_zones(cursor: Cursor, landing_zones: Iterable[str]) -> None:
    """Remove what was told of landing zones that are not configured any more. The caller commits."""
    cursor.execute(read_sql("ledger/forget_other_zones.sql"), {"landing_zones": list(landing_zones)})


def untold(cursor: Cursor, landing_zone: str, dag_run_id: str) -> tuple[int, list[str]]:
    """Return how many objects a run found by listing a landing zone that no watcher told of, and some of their keys.

    To be called before `forget`, in the transaction that wrote what the run takes and what it leaves.
    """
    parameters = {"landing_zone": landing_zone, "dag_run_id": dag_run_id, "told_after": TOLD_AFTER}
    cursor.execute(read_sql("ledger/untold_objects.sql"), parameters)
    objects, examples = cursor.fetchone() or (0, [])
    return objects, examples


def count_overdue(cursor: Cursor, landing_zones: Iterable[str], since: timedelta) -> int:
    """Return how many objects of landing zones a run should have looked at before that time."""
    parameters = {"landing_zones": list(landing_zones), "since": since}
    cursor.execute(read_sql("ledger/overdue_objects.sql"), parameters)
    (overdue,) = cursor.fetchone() or (0,)
    return int(overdue)
