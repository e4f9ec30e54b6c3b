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
    """Compare the tables with dbt's: keys, checks and indexes, the number of rows, and sums of the columns.

    Raises:
        TablesDifferError: they differ.
    """
    for file in ("keys.sql", "totals.sql"):
        by_hand, by_dbt = _rows(site, file, SCHEMA), _rows(site, file, "marts", "analytics")
        if by_hand != by_dbt:
            lines = [
                *(f"by hand: {row}" for row in sorted(by_hand - by_dbt)),
                *(f"dbt: {row}" for row in sorted(by_dbt - by_hand)),
            ]
            raise TablesDifferError("\n".join(["dbt's tables differ from those of bench/sql/handwritten:", *lines]))


def _rows(site: Site, file: str, *schemas: str) -> set[str]:
    """Return the rows of a query about the tables in these schemas, each as text."""
    with site.superuser() as cursor:
        cursor.execute("select set_config('search_path', %s, false)", [", ".join(schemas)])
        cursor.execute((SQL / file).read_text())
        return {" ".join(map(str, row)) for row in cursor.fetchall()}
