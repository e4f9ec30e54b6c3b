"""Compares the warehouse with the expected tables."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import psycopg2
import psycopg2.extras

from tests.oracle.calculate import Expected, Row

TABLES = {
    "marts.dim_heroes": ("hero_id",),
    "marts.dim_missions": ("mission_id",),
    "marts.bridge_mission_heroes": ("mission_id", "hero_id"),
    "marts.fact_biometrics": ("hero_id", "minute_at"),
    "analytics.obt_cerebro_restored": ("hero_id", "timestamp", "mission_id"),
    "analytics.hulk_factor": ("hero_id",),
    "analytics.reliability": ("hero_id",),
}
# Sums of floating-point numbers depend on the order in which they are added.
RELATIVE_TOLERANCE = 1e-9

LOADS = "select object_key, rows_in, rows_loaded, rows_rejected from raw.current_loads"
REJECTIONS = """
    select current_loads.dataset, rejections.reason, sum(rejections.rows)::bigint as rows
    from raw.rejections
    inner join raw.current_loads on rejections.load_id = current_loads.load_id
    group by current_loads.dataset, rejections.reason
"""


def query(warehouse_uri: str, sql: str) -> list[Row]:
    """The rows of a query, each a dict by column."""
    connection = psycopg2.connect(warehouse_uri, options="-c timezone=UTC")
    try:
        with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(sql)
            return [dict(row) for row in cursor.fetchall()]
    finally:
        connection.close()


def differences(expected: Expected, warehouse_uri: str) -> list[str]:
    """The differences of ledger, marts and analytics from the expected tables, a line each."""
    found = []
    for table, key in TABLES.items():
        actual = query(warehouse_uri, f"select * from {table}")
        found += compare(table, getattr(expected, table.split(".")[1]), actual, key)
    # Which of several keys the same bytes of biometrics are loaded under depends on the order of their arrival.
    loads = {
        expected.copies.get(row["object_key"], row["object_key"]): (
            row["rows_in"],
            row["rows_loaded"],
            row["rows_rejected"],
        )
        for row in query(warehouse_uri, LOADS)
    }
    if loads != expected.loads:
        found.append(f"raw.current_loads: expected {expected.loads}, found {loads}")
    rejections = {(row["dataset"], row["reason"]): row["rows"] for row in query(warehouse_uri, REJECTIONS)}
    if rejections != expected.rejections:
        found.append(f"raw.rejections: expected {dict(expected.rejections)}, found {rejections}")
    return found


def compare(table: str, expected: Iterable[Row], actual: Iterable[Row], key: tuple[str, ...]) -> list[str]:
    """Compare rows by key and column; columns that are not expected are ignored."""
    wanted = {tuple(row[name] for name in key): row for row in expected}
    rows = list(actual)
    there = {tuple(row[name] for name in key): row for row in rows}
    found = [f"{table}: {len(rows) - len(there)} rows share a key"] if len(there) < len(rows) else []
    found += [f"{table}: {row_key} is missing" for row_key in wanted.keys() - there.keys()]
    found += [f"{table}: {row_key} should not be there" for row_key in there.keys() - wanted.keys()]
    for row_key in wanted.keys() & there.keys():
        for column, value in wanted[row_key].items():
            is_there = there[row_key].get(column)
            if not same(value, is_there):
                found.append(f"{table}: {row_key} {column} is {is_there!r}, expected {value!r}")
    return found


def same(expected: Any, actual: Any) -> bool:
    """Whether two values are equal; floats within the relative tolerance."""
    if isinstance(expected, float) and actual is not None:
        return math.isclose(expected, float(actual), rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-12)
    return bool(expected == actual)
