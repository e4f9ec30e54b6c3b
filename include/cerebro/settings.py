"""Names and limits that the whole project shares. What may differ between deployments comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[2]
SQL_ROOT = PROJECT_ROOT / "include" / "sql"
DBT_ROOT = PROJECT_ROOT / "include" / "dbt"

MINIO_CONN_ID = "minio"
# May write to the landing zone; for the sample data only.
SAMPLE_DATA_CONN_ID = "minio_sample_data"
WAREHOUSE_CONN_ID = "warehouse"

LANDING_BUCKET_VARIABLE = "cerebro_bucket"
DEFAULT_LANDING_BUCKET = "cerebro-data"
QUARANTINE_BUCKET = os.environ.get("CEREBRO_QUARANTINE_BUCKET", "cerebro-quarantine")
REPORTS_BUCKET = os.environ.get("CEREBRO_REPORTS_BUCKET", "cerebro-reports")

LOADER_ROLE = "cerebro_loader"
TRANSFORMER_ROLE = "cerebro_transformer"
ANALYST_ROLE = "cerebro_analyst"

# In the Docker image it is made outside of include/, over which the Astro CLI mounts the folder of the host.
DBT_MANIFEST = Path(os.environ.get("CEREBRO_DBT_MANIFEST", DBT_ROOT / "target" / "manifest.json"))
# Models that dbt builds at the same time; the star schema is three models wide.
DBT_THREADS = int(os.environ.get("CEREBRO_DBT_THREADS", 4))
# dbt may live in an environment of its own (in the Docker image it does); on the PATH otherwise.
DBT_EXECUTABLE = os.environ.get("CEREBRO_DBT_EXECUTABLE", "dbt")

# A batch of this many bytes (compressed Parquet) holds some 50 million readings and takes 8-12 s on two busy cores,
# against 1-2 s that Airflow needs for a task that does nothing.
BATCH_BYTES = int(os.environ.get("CEREBRO_BATCH_BYTES", 256 * 1024**2))
# Bounds what one task hands to DuckDB and what one XCom holds (about 150 bytes an object).
BATCH_OBJECTS = int(os.environ.get("CEREBRO_BATCH_OBJECTS", 2000))

# DuckDB's own limit; with the Python process around it a load is to stay under 1 GiB.
DUCKDB_MEMORY_LIMIT = os.environ.get("CEREBRO_DUCKDB_MEMORY_LIMIT", "600MB")
DUCKDB_THREADS = int(os.environ.get("CEREBRO_DUCKDB_THREADS", os.cpu_count() or 2))
