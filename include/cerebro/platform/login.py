"""Explains why PostgreSQL refuses a login: what is wrong, in which connection, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg2

from include.cerebro.platform.errors import Fault, FinalError

if TYPE_CHECKING:
    from include.cerebro.platform.warehouse import Warehouse

# What the server or libpq says, and what to do. A server that speaks another language than English, and whatever is not
# listed, is passed on as it is, and retried: psycopg2 has no code for a connection that was not made.
_REMEDIES = {
    "password authentication failed": "Correct the login and the password of the connection",
    "no password supplied": "Give the connection a password",
    "pg_hba.conf": "Allow this address, login and database in the server's pg_hba.conf, or set sslmode",
    "is not permitted to log in": "Name another login, or run: alter role {user} login",
    'role "{user}" does not exist': "Create the login, or name another one in the connection",
    'database "{database}" does not exist': "Create it (create database {database} owner {user}), or name another one "
    "as schema of the connection",
    "permission denied for database": "Let its owner run: grant connect on database {database} to {user}",
    "certificate verify failed": "Name the file of the server's CA as sslrootcert in the connection's extra",
    "does not match host name": "Use the host's name of its certificate, or sslmode verify-ca",
    "root certificate file": "Name the file of the server's CA as sslrootcert in the connection's extra",
    "server does not support SSL": "Turn TLS on in the server, or leave out sslmode",
    "unsupported startup parameter": "Leave options out of the connection's extra: PgBouncer refuses it",
    "invalid connection option": "Correct the connection's extra: it holds parameters of libpq",
    "invalid sslmode value": "Correct sslmode in the connection's extra",
}


class LoginRefusedError(FinalError, psycopg2.OperationalError):
    """The server, or libpq, refuses the login as the connection describes it."""

    fault = Fault.ACCESS


def explained(error: psycopg2.Error, warehouse: Warehouse) -> psycopg2.Error:
    """Return the error of a login with what to do, if somebody has to do something; else itself."""
    text = " ".join(str(error).split())
    values = {"user": warehouse.user, "database": warehouse.database}
    for words, remedy in _REMEDIES.items():
        if words.format(**values) in text:
            return LoginRefusedError(
                f"{warehouse.place} refuses the login of Airflow's connection '{warehouse.conn_id}': {text}. "
                f"{remedy.format(**values)}."
            )
    return error
