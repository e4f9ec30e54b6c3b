"""The baseline for dbt's models: SQL written by hand that makes the same tables, keys, checks and indexes from raw."""

from __future__ import annotations

from pathlib import Path

from testing.sites import Site

SQL = Path(__file__).parent / "sql" / "handwritten"
SCHEMA = "handwritten"


class TablesDifferError(Exception):
    """dbt and the SQL written by hand made different tables."""


def build(site: Site) -> None:
    """Build all tables from nothing, one transaction a file."""
    with site.superuser() as cursor:
        for path in sorted(SQL.glob("[0-9]*.sql")):
            cursor.execute(path.read_text())


def add_day(day: str, site: Site) -> None:
    """Add one day to the tables.

    Args:
        day: the day in UTC, as YYYY-MM-DD.
        site: its warehouse has the tables.
    """
    with site.superuser() as cursor:
        cursor.execute((SQL / "day.sql").read_text(), {"day": day})
        cursor.execute((SQL / "60_rankings.sql").read_text())


def check_equal(site: Site) -> None:
    """Compare the number of rows and the sums of each table with those of dbt's.

    Raises:
        TablesDifferError: they differ.
    """
    by_hand, by_dbt = _totals(site, SCHEMA), _totals(site, "marts", "analytics")
    if by_hand != by_dbt:
        lines = [f"{name}: by hand {by_hand[name]}, dbt {by_dbt[name]}" for name in by_hand]
        raise TablesDifferError("\n".join(["dbt's tables differ from those of bench/sql/handwritten:", *lines]))


def _totals(site: Site, *schemas: str) -> dict[str, tuple[int, list[float]]]:
    """Return the number of rows and the sums of each table in these schemas."""
    with site.superuser() as cursor:
        cursor.execute("select set_config('search_path', %s, false)", [", ".join(schemas)])
        cursor.execute((SQL / "totals.sql").read_text())
        return {name: (rows, sums) for name, rows, sums in cursor.fetchall()}
