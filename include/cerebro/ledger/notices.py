"""What was not taken as it came, counted beside the load that it belongs to: ``raw.notices``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.ledger.schema_changes import bounded
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


class Notice(NamedTuple):
    """What became of the values of a column.

    Attributes:
        column_name: the column or field, as delivered.
        reason: ``cut``, ``folded``, ``left_out``, ``ignored_column`` or ``rescued_column``. Values that are not
            understood are in raw.invalid_measures.
        kept_as: the object in the quarantine that holds the values.
    """

    column_name: str
    reason: str
    kept_as: str | None = None


def record_notices(cursor: Cursor, notices: Iterable[tuple[int, Mapping[Notice, int]]]) -> None:
    """Write raw.notices.

    Args:
        cursor: the cursor of the transaction that claimed the objects.
        notices: load ids, each with the number of rows of each notice.
    """
    counts: Counter[tuple[int, Notice]] = Counter()
    for load_id, its_notices in notices:
        for notice, rows in its_notices.items():
            counts[load_id, notice._replace(column_name=bounded(notice.column_name))] += rows
    if counts:
        cursor.execute(
            read_sql("ledger/record_notices.sql"),
            {
                "load_ids": [load_id for load_id, _ in counts],
                "column_names": [notice.column_name for _, notice in counts],
                "reasons": [notice.reason for _, notice in counts],
                "row_counts": list(counts.values()),
                "kept_as": [notice.kept_as for _, notice in counts],
            },
        )


def rescued_files(cursor: Cursor, load_ids: Iterable[int]) -> set[str]:
    """Return the objects in the quarantine with rescued columns of loads alone: no other load names them."""
    cursor.execute(read_sql("ledger/rescued_files.sql"), {"load_ids": list(load_ids)})
    return {key for (key,) in cursor.fetchall()}
