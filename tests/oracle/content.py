"""The content of one object: what is accepted, and what is rejected."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.oracle.texts import BrokenObjectError

MEASURES = ("heart_rate", "stress_level", "energy_output")


class Reading(NamedTuple):
    """One accepted reading; unusable measures are None."""

    hero_id: str
    at: Any
    heart_rate: float | None
    stress_level: float | None
    energy_output: float | None


@dataclass
class Content:
    """The content of one object: accepted records (or readings) in their order, and rejected ones by reason."""

    dataset: str
    accepted: list[Any] = field(default_factory=list)
    # The places of the accepted ones in the object, from 1.
    numbers: list[int] = field(default_factory=list)
    # The same by standard names and values; what raw keeps is the record as it came.
    understood: list[Any] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    # The rejected ones by their places: why, and the record if there is one.
    refused: dict[int, tuple[str, Any]] = field(default_factory=dict)
    # Unusable values in accepted records and readings, by name.
    not_understood: Counter[str] = field(default_factory=Counter)
    rows_in: int = 0

    def accept(self, record: Any, understood: Any) -> None:
        """Take one record."""
        self.accepted.append(record)
        self.understood.append(understood)
        self.numbers.append(self.rows_in)

    def reject(self, reason: str, record: Any = None) -> None:
        """Reject one record."""
        self.rejected[reason] += 1
        self.refused[self.rows_in] = (reason, record)

    def checked(self) -> Content:
        """This content, unless nothing of it can be used."""
        if self.rejected and not self.accepted and set(self.rejected) != {"no_usable_measure"}:
            raise BrokenObjectError("nothing of it can be used")
        return self


def mean(values: list[float]) -> float | None:
    """The mean; None without values."""
    return math.fsum(values) / len(values) if values else None
