"""Whether a server, a login and a database can be the warehouse. What keeps them from it is found before any write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from include.cerebro.platform.dbt_relations import relations
from include.cerebro.platform.errors import FinalError, first_line
from include.cerebro.platform.names import ANALYST_ROLE, LOADER_ROLE, TRANSFORMER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2 import Error
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# What the pipeline and dbt's models use came with PostgreSQL 16.
OLDEST_VERSION = 16

ROLES = (LOADER_ROLE, TRANSFORMER_ROLE, ANALYST_ROLE)
SCHEMAS = ("raw", "meta", "staging", "marts", "analytics", "operations", "snapshots")

# Tables, views and sequences that the declarations create.
_CREATED = re.compile(r"^\s*create (?:or replace )?(?:table|view|sequence) (?:if not exists )?(\w+\.\w+)", re.MULTILINE)

# What an obstacle of applied/obstacles.sql means, and what to do. {names} have their owners where these matter.
_SENTENCES = {
    "role missing": (
        "the roles {names} are missing, and login {login} may not create any",
        "Let an administrator run include/sql/schema/10_roles.sql and grant the roles to it, "
        "or run: alter role {login} createrole",
    ),
    "role closed": (
        "login {login} may not assume {names}",
        "Let an administrator run: grant {plain} to {login}",
    ),
    "database closed": (
        "login {login} may not create schemas in database {database}",
        "Let its owner run: grant create on database {database} to {login}",
    ),
    "schema taken": (
        "the schemas {names} are there already, and are not the pipeline's",
        "Rename them, or name another database as schema of the connection",
    ),
    "name taken": (
        "{names} are there already, and are not the pipeline's",
        "Rename or drop them, or name another database as schema of the connection",
    ),
}


class UnsuitableWarehouseError(FinalError):
    """The warehouse cannot be used as it is."""


def require_server_version(cursor: Cursor, warehouse: Warehouse) -> None:
    """Check that the server is new enough, without a query.

    Raises:
        UnsuitableWarehouseError: it is not.
    """
    version = cursor.connection.server_version // 10_000
    if version < OLDEST_VERSION:
        raise UnsuitableWarehouseError(
            f"{warehouse.place} is PostgreSQL {version}, which is older than {OLDEST_VERSION}; nothing was written. "
            f"Upgrade it, or name another server in Airflow's connection '{warehouse.conn_id}'."
        )


def require_primary(cursor: Cursor, warehouse: Warehouse) -> None:
    """Check that the server can be written to.

    Raises:
        UnsuitableWarehouseError: it cannot.
    """
    cursor.execute("select pg_is_in_recovery()")
    if cursor.fetchone() == (True,):
        raise standby(warehouse)


def standby(warehouse: Warehouse) -> UnsuitableWarehouseError:
    """Return the error that the server cannot be written to."""
    return UnsuitableWarehouseError(
        f"{warehouse.place} is a standby, which cannot be written to. Name the primary in Airflow's connection "
        f'\'{warehouse.conn_id}\', or all hosts and "target_session_attrs": "read-write" in its extra.'
    )


def newer_project(warehouse: Warehouse, found: str, known: str) -> UnsuitableWarehouseError:
    """Return the error that a newer project has set up the warehouse.

    Args:
        warehouse: the warehouse.
        found: the version of its schema, with the migration's name and time.
        known: the version of this project's schema, with the migration's name.
    """
    return UnsuitableWarehouseError(
        f"{warehouse.place} (Airflow's connection '{warehouse.conn_id}') belongs to a newer project: its schema has "
        f"version {found}, and this project knows those up to {known}; nothing was written. Deploy the newer project, "
        f"or restore a backup from before its deployment (docs/how-to/restore-from-a-backup.md)."
    )


def refused(warehouse: Warehouse, file: str, error: Error) -> UnsuitableWarehouseError:
    """Return the error that the database refuses a file of include/sql."""
    place = f"{warehouse.place} (Airflow's connection '{warehouse.conn_id}')"
    if file.startswith("migrations/"):
        detail = " ".join((error.diag.message_detail or "").split())
        return UnsuitableWarehouseError(
            f"{place} cannot be brought up to date: {first_line(error)} (in include/sql/{file}). {detail} Nothing of "
            "this migration was written; those before it are done. Remove what stands in its way, such as a view of "
            "your own on a table or view that leaves; the next run goes on with it."
        )
    return UnsuitableWarehouseError(
        f"{place} cannot be set up: {first_line(error)} (in include/sql/{file}); nothing was written. Something else "
        "is in the database under a name of the pipeline: rename or drop it, or name another database as schema of "
        "the connection."
    )


def require_free(cursor: Cursor, warehouse: Warehouse, statements: Iterable[str], models: Sequence[str]) -> None:
    """Check that the login may set up the warehouse, and that nobody else has anything under the pipeline's names.

    Args:
        cursor: a cursor with the login's own rights.
        warehouse: the warehouse.
        statements: the files that set it up.
        models: what dbt builds, as schema.name.

    Raises:
        UnsuitableWarehouseError: a right is missing, or a name is taken. Nothing was written.
    """
    created = [name for statement in statements for name in _CREATED.findall(statement)]
    roles = [warehouse.role(name) for name in ROLES]
    parameters = {"roles": roles, "schemas": list(SCHEMAS), "builder": warehouse.role(TRANSFORMER_ROLE)}
    cursor.execute(read_sql("schema/applied/obstacles.sql"), parameters | {"relations": [*created, *models]})
    found: dict[str, list[tuple[str, str | None]]] = {}
    for obstacle, name, owner in cursor.fetchall():
        found.setdefault(obstacle, []).append((name, owner))
    if not found:
        return
    # The first that somebody has to remove: roles come before the rights that depend on them.
    obstacle = next(kind for kind in _SENTENCES if kind in found)
    names = found[obstacle]
    values = {
        "names": ", ".join(f"{name} (of {owner})" if owner else name for name, owner in names),
        "plain": ", ".join(name for name, _ in names),
        "login": warehouse.user,
        "database": warehouse.database,
    }
    problem, remedy = (sentence.format(**values) for sentence in _SENTENCES[obstacle])
    raise UnsuitableWarehouseError(
        f"{warehouse.place} (Airflow's connection '{warehouse.conn_id}') cannot be set up: {problem}; nothing was "
        f"written. {remedy}."
    )


def dbt_relations(manifest_path: Path) -> list[str]:
    """Return the tables and views that the dbt project makes, as schema.name."""
    return [*relations(json.loads(manifest_path.read_text(encoding="utf-8"))).values()]
