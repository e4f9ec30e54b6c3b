"""Names and limits that the whole project shares. What may differ between deployments comes from the environment."""

from __future__ import annotations

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[3]
SQL_ROOT = PROJECT_ROOT / "include" / "sql"
DBT_ROOT = PROJECT_ROOT / "include" / "dbt"


def _by_dataset(name: str, default: str) -> dict[str, float]:
    """A setting that has a number for each dataset: biometrics=25,missions=25."""
    pairs = [pair.split("=") for pair in os.environ.get(name, default).split(",") if pair]
    return {dataset.strip(): float(number) for dataset, number in pairs}


MINIO_CONN_ID = "minio"
# May write to the landing zone; for the sample data only.
SAMPLE_DATA_CONN_ID = "minio_sample_data"
WAREHOUSE_CONN_ID = "warehouse"

# Where alerts go; without this connection nobody is told.
ALERTS_CONN_ID = "cerebro_alerts"

LANDING_BUCKET_VARIABLE = "cerebro_bucket"
DEFAULT_LANDING_BUCKET = "cerebro-data"
QUARANTINE_BUCKET = os.environ.get("CEREBRO_QUARANTINE_BUCKET", "cerebro-quarantine")
REPORTS_BUCKET = os.environ.get("CEREBRO_REPORTS_BUCKET", "cerebro-reports")

LOADER_ROLE = "cerebro_loader"
TRANSFORMER_ROLE = "cerebro_transformer"
ANALYST_ROLE = "cerebro_analyst"

# In the Docker image it is made outside of include/, over which the Astro CLI mounts the folder of the host.
DBT_MANIFEST = Path(os.environ.get("CEREBRO_DBT_MANIFEST", DBT_ROOT / "target" / "manifest.json"))
# Models that dbt builds at the same time; the star schema is three models wide. It hardly matters on two cores with
# PostgreSQL on them, too: a day of 100 heroes took 6.2 s (5.9-6.4) with one, 5.6 s (5.3-5.6) with four and 5.7 s
# (5.7-6.0) with eight.
DBT_THREADS = int(os.environ.get("CEREBRO_DBT_THREADS", 4))
# dbt may live in an environment of its own (in the Docker image it does); on the PATH otherwise.
DBT_EXECUTABLE = os.environ.get("CEREBRO_DBT_EXECUTABLE", "dbt")

# What one load task takes, in compressed Parquet: 50 million readings (469 MiB) were loaded in 4.7 s (4.7-4.8) as one
# batch and in 5.0 s (4.8-5.1) as two, one after the other, on two cores; Airflow adds 1-2 s for each task. Smaller
# batches are for many workers. Memory does not depend on it: see PART_BYTES.
BATCH_BYTES = int(os.environ.get("CEREBRO_BATCH_BYTES", 512 * 1024**2))
# Bounds how much work one task is. 5,000 small objects took 5.7 s (5.2-6.0) as one batch, 5.8 s (5.6-7.5) as three.
BATCH_OBJECTS = int(os.environ.get("CEREBRO_BATCH_OBJECTS", 5000))

# What one transaction of a load task holds: while it is copied, the next part is aggregated already. Peak memory of a
# load of 50 million readings: 306 MiB with parts of 64 MiB, 277 MiB with 32 MiB (and 0.3 s more of 4.7 s), and 940 MiB
# for DuckDB all at once.
PART_BYTES = int(os.environ.get("CEREBRO_PART_BYTES", 64 * 1024**2))
# Small objects make many minutes of few readings: 1,000 objects with 1,000 minutes each in a part took 811 MiB.
PART_OBJECTS = int(os.environ.get("CEREBRO_PART_OBJECTS", 500))

# Objects up to this size are fetched whole, in one request instead of three, and kept for a while. For 128 objects that
# took 0.66 times as long at 36 KB each, 0.74 times at 91 KB, 0.95 times at 257 KB, and 3 times the memory there.
WHOLE_OBJECT_BYTES = int(os.environ.get("CEREBRO_WHOLE_OBJECT_BYTES", 128 * 1024))
# So much of them is kept at a time: a load of 5,000 objects of 121 KB took 10.0 s and 949 MiB with all of them at once,
# 9.3 s and 535 MiB like this.
KEPT_BYTES = int(os.environ.get("CEREBRO_KEPT_BYTES", 192 * 1024**2))
# Connections over which a part of small objects is fetched. 1,000 objects from a store 20 ms away: 38 s in ranges,
# whole over 1, 4, 8 and 16 connections 13.1, 3.8, 2.5 and 2.0 s; from the embedded store 1.7 s in ranges, 0.8-0.9 s
# whole over any number.
FETCH_CONNECTIONS = int(os.environ.get("CEREBRO_FETCH_CONNECTIONS", 8))

# DuckDB's own limit; with the Python process around it a load is to stay under 1 GiB. 50 million readings took 240-250
# MiB under any limit from 150 MB to 1.2 GB. What would take most, 5 million minutes of one reading each in one object:
# 384, 517, 889 and 1,396 MiB under 150, 300, 600 and 1,200 MB, and 8-13 s with each.
DUCKDB_MEMORY_LIMIT = os.environ.get("CEREBRO_DUCKDB_MEMORY_LIMIT", "600MB")
DUCKDB_THREADS = int(os.environ.get("CEREBRO_DUCKDB_THREADS", os.cpu_count() or 2))

# Alerts. A run is late when it is not done so long after it was made: by then the next hourly one waits for it.
LATE_AFTER_MINUTES = float(os.environ.get("CEREBRO_LATE_AFTER_MINUTES", 60))
# A dataset is stale when nothing new was loaded for so many hours. Heroes may stay the same for years.
STALE_AFTER_HOURS = _by_dataset("CEREBRO_STALE_AFTER_HOURS", "biometrics=25,missions=25")
# The share of the rows in a run's new objects that may be rejected. In the sample, dirty as it is, it is 0.003 of the
# readings, 0.09 of the hero records and 0.19 of the missions.
QUARANTINE_ALERT_SHARE = _by_dataset("CEREBRO_QUARANTINE_ALERT_SHARE", "biometrics=0.05,heroes=0.5,missions=0.5")
# Trouble that lasts is told again after so many hours.
ALERT_REPEAT_HOURS = int(os.environ.get("CEREBRO_ALERT_REPEAT_HOURS", 24))
