"""Keeps the block range index of ``raw.biometrics`` exact where rows have left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case


def resummarize(connection: Connection, block_ranges: Sequence[int] | None) -> None:
    """Summarize block ranges again, in a transaction of its own after the one that deleted rows there."""
    if block_ranges:
        with connection.cursor() as cursor:
            cursor.execute(read_sql("maintenance/retention/resummarize.sql"), {"block_ranges": list(block_ranges)})
        connection.commit()
