"""The PostgreSQL warehouse: connections that assume one role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case


# Parameters of libpq that every connection gets, unless the warehouse has its own.
DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "application_name": "cerebro_restore",
        "connect_timeout": 10,
        # A lost peer is noticed within a minute and a half, not after TCP's default of two hours.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 6,
    }
)


@dataclass(frozen=True)
class Warehouse:
    """Where the warehouse is and who logs in. ``repr`` hides the password and the parameters.

    Args:
        host: name or address, several of them with commas, or the folder of a Unix socket.
        port: the port of all hosts.
        user: who logs in.
        password: empty where the server asks for none, or where libpq finds it in a password file.
        database: the database.
        parameters: further parameters of libpq, for example ``sslmode``.
        new_password: returns a password for each new connection, such as a token that expires.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = "cerebro"
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
    new_password: Callable[[], str] | None = field(default=None, repr=False, compare=False)

    def current_password(self) -> str:
        """Return the password for a connection that is opened now."""
        return self.new_password() if self.new_password else self.password

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

        parameters = {**DEFAULTS, **self.parameters}
        # The last setting of a name counts: the time zone is not the connection's to choose.
        parameters["options"] = f"{parameters.get('options', '')} -c timezone=UTC".strip()
        connection = psycopg2.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.current_password(),
            dbname=self.database,
            **parameters,
        )
        try:
            if role:
                with connection.cursor() as cursor:
                    cursor.execute(sql.SQL("set session role {}").format(sql.Identifier(role)))
                connection.commit()
            yield connection
        finally:
            connection.close()
