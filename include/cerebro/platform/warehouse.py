"""The PostgreSQL warehouse: connections that assume one role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case


@dataclass(frozen=True)
class Warehouse:
    """Where the warehouse is and who logs in. ``repr`` hides the password."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = "cerebro"

    @contextmanager
    def connect(self, role: str | None = None) -> Iterator[Connection]:
        """Open a connection with the rights of one role only, in UTC, and close it at the end.

        Nothing is committed unless the caller commits.

        Args:
            role: the role to assume; none keeps the login's own rights.

        Raises:
            psycopg2.OperationalError: the server does not answer or refuses the login.
        """
        # Imported here, so that modules which only pass cursors on can be read with a DAG file.
        import psycopg2
        from psycopg2 import sql

        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
            application_name="cerebro_restore",
            connect_timeout=10,
            # A lost peer is noticed within a minute and a half, not after TCP's default of two hours.
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
