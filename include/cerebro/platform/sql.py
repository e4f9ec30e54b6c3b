"""Reads the SQL statements, which live in files under ``include/sql``."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from include.cerebro.platform.names import SQL_ROOT


@cache
def read_sql(name: str) -> str:
    """Return the text of ``include/sql/<name>``, for example ``read_sql("ledger/new_objects.sql")``."""
    return (SQL_ROOT / name).read_text(encoding="utf-8")


def sql_files(folder: str) -> list[Path]:
    """Return the SQL files of ``include/sql/<folder>`` in the order of their names."""
    return sorted((SQL_ROOT / folder).glob("*.sql"))
