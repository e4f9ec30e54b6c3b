"""Rejected rows and invalid measures, counted beside the load that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class Rejection(NamedTuple):
    """Rows of one object that were rejected for one reason, and where in the quarantine they are kept, if at all."""

    object_key: str
    reason: str
    rows: int
    quarantine_key: str | None


def record_rejections(cursor: Cursor, load_ids: dict[str, int], rejections: Sequence[Rejection]) -> None:
    """Write raw.rejections for the claimed objects.

    Args:
        cursor: the cursor of the transaction that claimed the objects.
        load_ids: load ids by object key. Rejections of other objects are not written.
        rejections: one for each object and reason.
    """
    claimed = [rejection for rejection in rejections if rejection.object_key in load_ids]
    if claimed:
        cursor.execute(
            read_sql("ledger/record_rejections.sql"),
            {
                "load_ids": [load_ids[rejection.object_key] for rejection in claimed],
                "reasons": [rejection.reason for rejection in claimed],
                "row_counts": [rejection.rows for rejection in claimed],
                "quarantine_keys": [rejection.quarantine_key for rejection in claimed],
            },
        )


def record_invalid_measures(cursor: Cursor, rows: Sequence[tuple[int, str, int]]) -> None:
    """Write raw.invalid_measures.

    Args:
        cursor: the cursor of the transaction that claimed the objects.
        rows: load id, measure, and the number of readings whose value of that measure is invalid.
    """
    if rows:
        load_ids, measures, readings = map(list, zip(*rows, strict=True))
        cursor.execute(
            read_sql("ledger/record_invalid_measures.sql"),
            {"load_ids": load_ids, "measures": measures, "readings": readings},
        )
