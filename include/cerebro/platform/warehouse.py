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
    def connect(self, role: str | None = None, settings: Mapping[str, str] | None = None) -> Iterator[Connection]:
        """Open a connection each of whose transactions has the rights of one role only, in UTC; close it at the end.

        Nothing is committed unless the caller commits. Role and settings leave nothing behind in the session, so that
        it may be a pooler's. A missing role is an error of the first statement.

        Args:
            role: the role to assume; none keeps the login's own rights.
            settings: further settings of each transaction, for example ``statement_timeout``.

        Raises:
            psycopg2.OperationalError: the server does not answer or refuses the login.
        """
        # Imported here, so that modules which only pass cursors on can be read with a DAG file.
        import psycopg2
        from psycopg2 import sql

        from include.cerebro.platform.transactions import TransactionConnection

        connection = psycopg2.connect(
            connection_factory=TransactionConnection,
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.current_password(),
            dbname=self.database,
            **{**DEFAULTS, **self.parameters},
        )
        local = {**({"role": role} if role else {}), **(settings or {}), "timezone": "UTC"}
        connection.beginning = sql.SQL("; ").join(
            sql.SQL("set local {} = {}").format(sql.Identifier(name), sql.Literal(value))
            for name, value in local.items()
        )
        try:
            yield connection
        finally:
            connection.close()
