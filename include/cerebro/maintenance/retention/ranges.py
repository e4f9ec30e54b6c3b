"""Keeps the block range indexes of ``raw.biometrics`` exact where rows have left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case

# The oid of a partition, and the number of a block range in it.
BlockRange = tuple[int, int]


class Left(NamedTuple):
    """What has left ``raw``.

    Attributes:
        minutes: how many minutes.
        objects: how many loads they are of.
        block_ranges: where they were, unless whole partitions left.
    """

    minutes: int
    objects: int
    block_ranges: Sequence[BlockRange] | None


def resummarize(connection: Connection, block_ranges: Sequence[BlockRange] | None) -> None:
    """Summarize block ranges again, in a transaction of its own after the one that deleted rows there."""
    if block_ranges:
        with connection.cursor() as cursor:
            pairs = [list(pair) for pair in block_ranges]
            cursor.execute(read_sql("maintenance/retention/resummarize.sql"), {"block_ranges": pairs})
        connection.commit()
