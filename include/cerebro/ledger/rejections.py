"""Rejected rows and invalid measures, counted beside the load that they belong to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from psycopg2.extras import execute_values

from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class Rejection(NamedTuple):
    """Rows of one object that were rejected for one reason, and where in the quarantine bucket they are kept."""

    object_key: str
    reason: str
    rows: int
    quarantine_key: str


def record_rejections(cursor: Cursor, load_ids: dict[str, int], rejections: Sequence[Rejection]) -> None:
    """Write raw.rejections for the objects that the load claimed."""
    rows = [
        (load_ids[rejection.object_key], rejection.reason, rejection.rows, rejection.quarantine_key)
        for rejection in rejections
        if rejection.object_key in load_ids
    ]
    if rows:
        execute_values(cursor, read_sql("ledger/record_rejections.sql"), rows)


def record_invalid_measures(cursor: Cursor, rows: Sequence[tuple[int, str, int]]) -> None:
    """Write raw.invalid_measures: load id, measure, number of readings whose value is impossible."""
    if rows:
        execute_values(cursor, read_sql("ledger/record_invalid_measures.sql"), rows)
