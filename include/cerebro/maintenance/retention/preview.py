"""Counts what the terms of a deployment would drop."""

from __future__ import annotations

from include.cerebro.maintenance.retention.terms import Horizons
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse


def preview(warehouse: Warehouse, horizons: Horizons) -> dict[str, int]:
    """Return how much is older than the horizons, in all: one run may leave some of it to the next. Changes nothing."""
    with warehouse.connect() as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("maintenance/retention/preview.sql"), horizons._asdict())
        names = [column.name for column in cursor.description or ()]
        return dict(zip(names, cursor.fetchone() or (), strict=True))
