"""The Airflow assets of the warehouse's tables: their names in the asset graph.

Other DAGs may wait for any of them, for example ``schedule=[table("analytics", "obt_cerebro_restored")]``.
"""

from __future__ import annotations

from airflow.sdk import Asset

from include.cerebro.platform.names import WAREHOUSE_CONN_ID


def table(schema: str, name: str) -> Asset:
    """Return the asset of a table or view of the warehouse.

    Its host is the name of the Airflow connection, so the asset is the same wherever that points.
    """
    return Asset(name=f"{schema}.{name}", uri=f"postgres://{WAREHOUSE_CONN_ID}:5432/cerebro/{schema}/{name}")
