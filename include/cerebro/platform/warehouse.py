"""The PostgreSQL warehouse: connections that take on one role, and set-up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg2
from psycopg2 import sql


@dataclass(frozen=True)
class Warehouse:
    """Where the warehouse is and who logs in. The password is never shown by ``repr``."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = "cerebro"

    @contextmanager
    def connect(self, role: str | None = None) -> Iterator[Any]:
        """Open a psycopg2 connection with the rights of ``role`` only, in UTC, and close it again.

        Nothing is committed unless the caller commits. Raises psycopg2.OperationalError if there is no way in.
        """
        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
            application_name="cerebro_restore",
            connect_timeout=10,
            # A lost peer is noticed within a minute and a half, not after the two hours that are TCP's default.
            keepalives_idle=30,
            keepalives_interval=10,
            keepalives_count=6,
            options="-c timezone=UTC",
        )
        try:
            if role:
                with connection.cursor() as cursor:
                    cursor.execute(sql.SQL("set session role {}").format(sql.Identifier(role)))
                connection.commit()
            yield connection
        finally:
            connection.close()
