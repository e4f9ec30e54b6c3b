"""The result of a load, in numbers: of a task, and of one object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from include.cerebro.ledger.loads import ObjectTotals
from include.cerebro.ledger.notices import Notice


@dataclass
class LoadResult:
    """Objects loaded, rows accepted and rejected, and the keys of the objects that failed."""

    objects: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0
    failed: list[str] = field(default_factory=list)

    def add(self, totals: Sequence[ObjectTotals]) -> None:
        """Add objects that were committed."""
        self.objects += len(totals)
        self.rows_loaded += sum(total.rows_loaded for total in totals)
        self.rows_rejected += sum(total.rows_rejected for total in totals)

    def include(self, other: LoadResult) -> None:
        """Add the result of another load."""
        self.objects += other.objects
        self.rows_loaded += other.rows_loaded
        self.rows_rejected += other.rows_rejected
        self.failed += other.failed

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain values, for an XCom."""
        return asdict(self)


@dataclass
class ObjectSummary:
    """The readings of one object, counted.

    Attributes:
        totals: readings accepted and rejected.
        rejected: rejected readings by reason.
        invalid_measures: accepted readings with an impossible value, by measure.
        notices: accepted readings with a column that no table has.
    """

    totals: ObjectTotals = field(default_factory=lambda: ObjectTotals(0, 0))
    rejected: dict[str, int] = field(default_factory=dict)
    invalid_measures: dict[str, int] = field(default_factory=dict)
    notices: dict[Notice, int] = field(default_factory=dict)
