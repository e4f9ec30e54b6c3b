"""Names that the whole project shares and that no deployment changes: connections, roles, paths."""

from __future__ import annotations

from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[3]
SQL_ROOT = PROJECT_ROOT / "include" / "sql"
DBT_ROOT = PROJECT_ROOT / "include" / "dbt"

# Airflow connections.
MINIO_CONN_ID = "minio"
# May write to the landing zone; for the sample data only.
SAMPLE_DATA_CONN_ID = "minio_sample_data"
WAREHOUSE_CONN_ID = "warehouse"
# The same warehouse for dbt, which cannot work through a pooler in transaction mode. Without it dbt uses the other one.
DBT_CONN_ID = "warehouse_dbt"
# Where alerts are sent. Without this connection none are.
ALERTS_CONN_ID = "cerebro_alerts"

# The landing zone of a deployment that configures none.
DEFAULT_LANDING_ZONE = "cerebro"
# The file that configures several; it need not exist.
LANDING_ZONES_FILE = PROJECT_ROOT / "include" / "landing_zones.yaml"

# The Airflow Variable that names the landing zone's bucket, and its default.
LANDING_BUCKET_VARIABLE = "cerebro_bucket"
DEFAULT_LANDING_BUCKET = "cerebro-data"

# PostgreSQL roles; the login of the connection ``warehouse`` assumes one of them for the work at hand.
# DEFAULT_ROLE_PREFIX begins their names, unless a deployment has its own (roles.py).
DEFAULT_ROLE_PREFIX = "cerebro"
LOADER_ROLE = "cerebro_loader"
TRANSFORMER_ROLE = "cerebro_transformer"
ANALYST_ROLE = "cerebro_analyst"
