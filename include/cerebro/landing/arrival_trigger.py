"""The trigger that starts a run when objects arrive in a landing zone. It needs nothing but the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent
from pydantic import JsonValue

from include.cerebro.landing.arrivals import Arrivals
from include.cerebro.landing.told import Overdue, tell
from include.cerebro.ledger.told_objects import SOMETHING
from include.cerebro.platform import connections
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import LandingZone, read_landing_zones, zone_named

# Seconds after which a look is repeated while objects arrive, and how often at most: a burst starts one run, and a
# stream of objects does not hold the first of them up.
SETTLE_SECONDS = 1.0
SETTLE_LOOKS = 5
# Seconds between looks at most while the store does not answer.
LONGEST_WAIT = 60.0
# Seconds after which a changed configuration of the landing zone is noticed. It is a request to Airflow.
CONFIGURED_SECONDS = 60.0


def listed_key(zone: str) -> str:
    """Return the key of the asset's state for what a landing zone held when a run was last started, or listed it."""
    return f"listed/{zone}"


class ArrivalTrigger(BaseEventTrigger):
    """Fires when a landing zone holds objects that no run has listed yet.

    What was listed is kept in Airflow's state of the watched asset, so a restarted triggerer misses nothing and does
    not fire again.
    """

    def __init__(self, zone: str, interval: float) -> None:
        """Create the trigger.

        Args:
            zone: the landing zone's name.
            interval: seconds between two looks.
        """
        super().__init__()  # type: ignore[no-untyped-call]
        self.zone = zone
        self.interval = interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """Return the class and its arguments, as Airflow keeps them."""
        return f"{type(self).__module__}.{type(self).__qualname__}", {"zone": self.zone, "interval": self.interval}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look at the landing zone for ever; yield an event when something has arrived.

        Each look is in a thread: ``sync_to_async`` has one for all triggers, which a store that is away would stop.
        """
        wait, watched = self.interval, None
        overdue = Overdue(connections.warehouse)
        while True:
            try:
                if watched is None or await asyncio.to_thread(watched.is_outdated):
                    watched = await asyncio.to_thread(_Watched, self.zone)
                # Before this trigger tells of something itself.
                if again := await asyncio.to_thread(overdue.look, [self.zone]):
                    yield TriggerEvent(again.model_dump())  # type: ignore[no-untyped-call]
                arrived = await self._look(watched)
                # Airflow's state is asked for when something has changed.
                is_same = watched.is_known and watched.arrivals.fingerprint.for_state() == watched.listed
                listed = watched.listed if is_same else await self._listed()
                if arrived and listed != watched.listed:
                    # A run has listed the landing zone meanwhile: only a full listing compares with its own.
                    arrived += await asyncio.to_thread(watched.list_all)
                now = watched.arrivals.fingerprint.for_state()
                watched.listed = listed
                if now != listed:
                    # Without an arrival objects have left, unless that is yet unknown.
                    if now[0] and (arrived or not watched.is_known):
                        keys = arrived if watched.is_known else [SOMETHING]
                        arrival = await asyncio.to_thread(tell, connections.warehouse, {self.zone: keys})
                        yield TriggerEvent(arrival.model_dump())  # type: ignore[no-untyped-call]
                    await self._remember(now)
                    watched.listed = now
                watched.is_known = True
                wait = self.interval
            except Exception as error:  # noqa: BLE001 - whatever is wrong with the store; the hourly run tells it
                wait, watched = min(2 * wait, LONGEST_WAIT), None
                self.log.warning(
                    "The landing zone %s cannot be watched, next look in %.0f s: %s", self.zone, wait, error
                )
            await asyncio.sleep(wait)

    async def _look(self, watched: _Watched) -> list[str]:
        """Look once, and again as long as objects arrive; return the keys that have arrived."""
        arrived = newest = await asyncio.to_thread(watched.look)
        for _ in range(SETTLE_LOOKS):
            if not newest:
                break
            await asyncio.sleep(SETTLE_SECONDS)
            newest = await asyncio.to_thread(watched.look)
            arrived = arrived + newest
        return arrived

    async def _listed(self) -> Any:
        return await self.asset_state_store.aget(listed_key(self.zone)) if self.asset_state_store else None

    async def _remember(self, now: list[JsonValue]) -> None:
        if self.asset_state_store:
            await self.asset_state_store.aset(listed_key(self.zone), now)


class _Watched:
    """The landing zone as it is configured now; what it holds is not known yet."""

    def __init__(self, name: str) -> None:
        self.is_known = False
        # The last listing that was recorded.
        self.listed: Any = None
        self._zone = _configured(name)
        self._configured_at = time.monotonic()
        self.arrivals = Arrivals(self._zone)
        self._client = connections.object_store(self._zone.connection).client()

    def is_outdated(self) -> bool:
        """Whether the landing zone is configured otherwise now."""
        if time.monotonic() < self._configured_at + CONFIGURED_SECONDS:
            return False
        self._configured_at = time.monotonic()
        return _configured(self._zone.name) != self._zone

    def look(self) -> list[str]:
        return self._told(self.arrivals.look(self._client))

    def list_all(self) -> list[str]:
        return self._told(self.arrivals.list_all(self._client))

    def _told(self, arrived: list[StoredObject]) -> list[str]:
        keys = [stored.key for stored in arrived]
        return [*keys, SOMETHING] if self.arrivals.unnamed else keys


def _configured(name: str) -> LandingZone:
    return zone_named(read_landing_zones(read_settings(), connections.landing_bucket()), name)
