"""What an arrival tells the run that it starts: which objects to look at, so that the run lists no landing zone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

# Keys that arrivals name for a run at most; with more it lists the landing zones. A key is a request, as 1,000 objects
# of a listing are: 100 requests list 100,000 objects. And an event is a row in Airflow's database.
MOST_KEYS = 100


class Arrival(BaseModel):
    """The payload of an arrival's event.

    Attributes:
        objects: how many objects have arrived.
        keys: the full keys of the first of them, by landing zone.
    """

    objects: int
    keys: dict[str, list[str]]

    @property
    def is_complete(self) -> bool:
        """Whether all objects are named."""
        return 0 < self.objects == sum(map(len, self.keys.values()))


def arrival(keys: Mapping[str, Sequence[str]], unnamed: int = 0) -> Arrival:
    """Return the payload for objects that have arrived.

    Args:
        keys: their full keys, by landing zone.
        unnamed: how many more there are, of which nothing is known.
    """
    named: dict[str, list[str]] = {}
    room = MOST_KEYS
    for zone, of_zone in keys.items():
        named[zone] = list(of_zone[:room])
        room -= len(named[zone])
    return Arrival(objects=sum(map(len, keys.values())) + unnamed, keys=named)


def told_keys(payloads: Iterable[Any]) -> dict[str, list[str]] | None:
    """Return the keys that arrivals tell of, by landing zone, each once; None if they do not name all that there is.

    Args:
        payloads: the payloads of the events that started a run; of other senders they may be anything.
    """
    told: dict[str, set[str]] = {}
    for payload in payloads:
        try:
            arrived = Arrival.model_validate(payload)
        except ValidationError:
            return None
        if not arrived.is_complete:
            return None
        for zone, keys in arrived.keys.items():
            told.setdefault(zone, set()).update(keys)
    if not 0 < sum(map(len, told.values())) <= MOST_KEYS:
        return None
    return {zone: sorted(keys) for zone, keys in told.items()}
