"""The PostgreSQL warehouse: connections that assume one role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from include.cerebro.platform.names import DEFAULT_ROLE_PREFIX, WAREHOUSE_CONN_ID
from include.cerebro.platform.roles import with_prefix
from include.cerebro.platform.sql import read_sql

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


# Timeouts of every transaction, unless the connection's options, the login or the database have their own. A signal
# does not reach a process that waits for PostgreSQL, so a task's timeout needs these.
TIMEOUTS: Mapping[str, str] = MappingProxyType(
    {
        # Longer than the part of another run that loads the same objects.
        "lock_timeout": "5min",
        # A part takes seconds, the longest check of 1,000,000 loads minutes.
        "statement_timeout": "1h",
        # A process that hangs lets go of its locks. It fetches from the store within a transaction.
        "idle_in_transaction_session_timeout": "15min",
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
        role_prefix: what the names of this deployment's roles begin with.
        conn_id: the Airflow connection that it comes from, for messages.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    database: str = "cerebro"
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False, hash=False)
    new_password: Callable[[], str] | None = field(default=None, repr=False, compare=False)
    role_prefix: str = DEFAULT_ROLE_PREFIX
    conn_id: str = field(default=WAREHOUSE_CONN_ID, compare=False)

    @property
    def place(self) -> str:
        """The warehouse's address, as a sentence begins with it."""
        return f"The warehouse at {self.host}:{self.port}"

    def current_password(self) -> str:
        """Return the password for a connection that is opened now."""
        return self.new_password() if self.new_password else self.password

    def role(self, name: str) -> str:
        """Return the name that a role has in this deployment."""
        return with_prefix(name, self.role_prefix)

    @contextmanager
    def connect(self, role: str | None = None, settings: Mapping[str, str] | None = None) -> Iterator[Connection]:
        """Open a connection each of whose transactions has the rights of one role only, in UTC; close it at the end.

        Nothing is committed unless the caller commits. Role and settings leave nothing behind in the session, so that
        it may be a pooler's. A missing role is an error of the first statement.

        Args:
            role: the role to assume; none keeps the login's own rights.
            settings: further settings of each transaction, for example ``statement_timeout``.

        Raises:
            psycopg2.OperationalError: the server does not answer.
            LoginRefusedError: the server refuses the login.
        """
        # Imported here, so that modules which only pass cursors on can be read with a DAG file.
        import psycopg2
        from psycopg2 import sql

        from include.cerebro.platform.login import explained
        from include.cerebro.platform.transactions import TransactionConnection

        try:
            connection = psycopg2.connect(
                connection_factory=TransactionConnection,
                host=self.host,
                port=self.port,
                user=self.user,
                password=self.current_password(),
                dbname=self.database,
                **{**DEFAULTS, **self.parameters},
            )
        except (psycopg2.OperationalError, psycopg2.ProgrammingError) as error:
            raise explained(error, self) from error
        local = {**({"role": self.role(role)} if role else {}), **(settings or {}), "timezone": "UTC"}
        statements = [
            sql.SQL("set local {} = {}").format(sql.Identifier(name), sql.Literal(value))
            for name, value in local.items()
        ]
        connection.beginning = sql.SQL("; ").join([*statements, sql.SQL(read_sql("platform/timeouts.sql"))])
        connection.parameters = {"names": list(TIMEOUTS), "values": list(TIMEOUTS.values())}
        try:
            yield connection
        finally:
            connection.close()
