"""The result of a load task, in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from include.cerebro.ledger.loads import ObjectTotals


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
