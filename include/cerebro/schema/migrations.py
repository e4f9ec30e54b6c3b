"""The numbered migrations: what brings a warehouse of an earlier release to where the declarations can take over."""

from __future__ import annotations

from dataclasses import dataclass

from include.cerebro.platform.roles import with_prefix
from include.cerebro.platform.sql import sql_files


@dataclass(frozen=True)
class Migration:
    """A file of ``include/sql/migrations``.

    Attributes:
        number: its place in the order.
        name: the file's name without its ending; it begins with the number.
        statement: what it executes.
    """

    number: int
    name: str
    statement: str


def read_migrations(role_prefix: str) -> list[Migration]:
    """Return all migrations in their order."""
    return [
        Migration(int(path.stem.split("_")[0]), path.stem, with_prefix(path.read_text(encoding="utf-8"), role_prefix))
        for path in sql_files("migrations")
    ]


def schema_version(migrations: list[Migration]) -> int:
    """Return the version of the project's schema: the number of its last migration."""
    return max(migration.number for migration in migrations)
