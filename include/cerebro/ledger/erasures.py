"""Heroes who were forgotten: ``raw.erasures`` keeps a hash of each, so that a delivery does not bring one back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# The reason of rows that are rejected because their hero was forgotten. They are counted, and kept nowhere.
ERASED = "erased_hero"


class ErasedMeanwhileError(RuntimeError):
    """A hero was forgotten after the objects were read. Nothing was committed; a retry reads them without the hero."""


@dataclass(frozen=True)
class Erasures:
    """The erasures that a load knows of.

    Attributes:
        warehouse: the warehouse.
        last: the id of the last erasure when the load began to read; 0 if there is none. Nothing else is asked then.
    """

    warehouse: Warehouse
    last: int

    @classmethod
    def find(cls, warehouse: Warehouse) -> Erasures:
        """Return the erasures of this moment."""
        with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            return cls(warehouse, last_erasure(cursor))

    def among(self, ids: Iterable[str]) -> set[str]:
        """Return those of the hero ids, in any spelling, whose hero was forgotten."""
        wanted = list(ids)
        if not self.last or not wanted:
            return set()
        with self.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            cursor.execute(read_sql("ledger/erased_among.sql"), {"ids": wanted})
            return {hero_id for (hero_id,) in cursor.fetchall()}


def require_none_since(cursor: Cursor, last: int) -> None:
    """Check that no hero was forgotten since the load began to read. Requires the lock of the loads.

    Raises:
        ErasedMeanwhileError: one was.
    """
    if last_erasure(cursor) != last:
        raise ErasedMeanwhileError(
            "A hero was forgotten while these objects were read. Nothing of them was committed. The retry of the task "
            "reads them again, without the hero."
        )


def last_erasure(cursor: Cursor) -> int:
    """Return the id of the last erasure; 0 if no hero was ever forgotten."""
    cursor.execute(read_sql("ledger/last_erasure.sql"))
    (last,) = cursor.fetchone() or (0,)
    return int(last)
