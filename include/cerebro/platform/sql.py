"""Reads the SQL statements, which live in files under ``include/sql``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from include.cerebro.platform.names import SQL_ROOT


@cache
def read_sql(name: str) -> str:
    """Return the text of ``include/sql/<name>``, for example ``read_sql("ledger/new_objects.sql")``."""
    return (SQL_ROOT / name).read_text(encoding="utf-8")


def filled_sql(name: str, parts: Mapping[str, str]) -> str:
    """Return the text of ``include/sql/<name>`` with its places, such as ``__columns__``, filled in.

    In one pass: a column that is delivered may be called like a place.

    Args:
        name: the file, as for ``read_sql``.
        parts: what goes into each place, by its name without the underscores around it.
    """
    return re.sub(f"__({'|'.join(parts)})__", lambda place: parts[place[1]], read_sql(name))


def sql_files(folder: str) -> list[Path]:
    """Return the SQL files of ``include/sql/<folder>`` in the order of their names."""
    return sorted((SQL_ROOT / folder).glob("*.sql"))
