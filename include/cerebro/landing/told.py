"""What a watcher tells: the next run which objects to look at, in the warehouse; and Airflow that a run is to start."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ValidationError

from include.cerebro.ledger import told_objects
from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

# Keys that the event shows to who looks at the asset. An event is a row in Airflow's database.
EXAMPLES = 10
# What was told of and is not looked at for so long has another run start: the one that was to look at it has failed, or
# its event was lost. A run starts within seconds, one that waits for a run before it within a minute or so.
OVERDUE = timedelta(minutes=5)
# While runs do not get through with it, the next one starts after twice as long, and after this at most.
OVERDUE_AT_MOST = timedelta(hours=1)


class Arrival(BaseModel):
    """The payload of a watcher's event. The keys are in the warehouse, where a run finds them.

    Attributes:
        objects: how many objects have arrived; 0 if that is not known.
        examples: the first of their keys.
        is_told: whether the warehouse has them; else the run has to list.
    """

    objects: int
    examples: list[str]
    is_told: bool


def tell(open_warehouse: Callable[[], Warehouse], keys: Mapping[str, Collection[str]]) -> Arrival:
    """Tell the next run of objects, and return the payload of the event that is to start it.

    A warehouse that cannot be used as it is, such as one that no run has prepared yet, is for the run to say: it lists.

    Args:
        open_warehouse: returns the warehouse.
        keys: the full keys of what has arrived, by landing zone, or SOMETHING.

    Raises:
        psycopg2.OperationalError: the warehouse does not answer.
    """
    # Imported here: reading a DAG file must not load the driver.
    import psycopg2

    named = [key for of_zone in keys.values() for key in of_zone if key != told_objects.SOMETHING]
    is_told = True
    try:
        with open_warehouse().connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            for zone, of_zone in keys.items():
                told_objects.tell(cursor, zone, of_zone)
            connection.commit()
    except Exception as error:
        if isinstance(error, psycopg2.OperationalError) and not isinstance(error, FinalError):
            raise
        log.warning("The warehouse cannot hold what has arrived, so the run lists the landing zones: %s", error)
        is_told = False
    return Arrival(objects=len(named), examples=named[:EXAMPLES], is_told=is_told)


def is_told(payload: Any) -> bool:
    """Return whether an event's payload says that the warehouse has the keys; other senders may send anything."""
    try:
        return Arrival.model_validate(payload).is_told
    except ValidationError:
        return False


class Overdue:
    """Notices what was told of and no run has looked at.

    The first look finds all: a triggerer that was killed may have told of it and not have started a run.
    """

    def __init__(self, open_warehouse: Callable[[], Warehouse]) -> None:
        self._open_warehouse = open_warehouse
        self._since = timedelta()
        self._wait = OVERDUE
        self._next_at = 0.0

    def look(self, zones: Collection[str]) -> Arrival | None:
        """Return the payload of the event that is to start another run, if it is time to look and one has to."""
        if time.monotonic() < self._next_at:
            return None
        try:
            with self._open_warehouse().connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                objects = told_objects.count_overdue(cursor, zones, self._since)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the warehouse; runs tell it
            log.info("The warehouse does not say what it was told of: %s", error)
            objects = 0
        self._since = OVERDUE
        self._wait = min(2 * self._wait, OVERDUE_AT_MOST) if objects else OVERDUE
        self._next_at = time.monotonic() + self._wait.total_seconds()
        return Arrival(objects=objects, examples=[], is_told=True) if objects else None
