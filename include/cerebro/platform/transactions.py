"""Transactions that each begin with a role and settings of their own.

A pooler in transaction mode (PgBouncer) gives each transaction any of its sessions and resets none: ``set role`` of one
client would hold for the next one. ``set local`` ends with the transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import psycopg2
from psycopg2 import extensions
from psycopg2.sql import Composable


class TransactionConnection(extensions.connection):
    """A connection whose cursors begin each transaction with the statements ``beginning``."""

    beginning: Composable
    parameters: Mapping[str, Any]

    def cursor(self, *args: Any, cursor_factory: Any = None, **kwargs: Any) -> Any:
        """Return a cursor of psycopg2's or of the given class."""
        return super().cursor(*args, cursor_factory=_beginning_cursor(cursor_factory or extensions.cursor), **kwargs)

    def begin(self) -> None:
        """Begin a transaction unless one is open.

        Raises:
            psycopg2.ProgrammingError: the connection is in autocommit mode, where no setting is local.
        """
        if self.autocommit:
            raise psycopg2.ProgrammingError("This connection has a role and settings in transactions only.")
        if self.status == extensions.STATUS_READY:
            with super().cursor(cursor_factory=extensions.cursor) as cursor:
                cursor.execute(self.beginning, self.parameters)


@cache
def _beginning_cursor(factory: type[extensions.cursor]) -> type[extensions.cursor]:
    """Return a subclass of a cursor's class that begins transactions."""

    def beginning(name: str) -> Any:
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            self.connection.begin()
            return getattr(super(subclass, self), name)(*args, **kwargs)

        return method

    names = ("execute", "executemany", "callproc", "copy_expert", "copy_from", "copy_to")
    subclass = type(f"Beginning{factory.__name__}", (factory,), {name: beginning(name) for name in names})
    return subclass
