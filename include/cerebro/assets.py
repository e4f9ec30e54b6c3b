"""The Airflow assets outside dbt: what the landing zone and raw are called in the asset graph."""

from __future__ import annotations

from airflow.sdk import Asset

from include.cerebro.settings import DEFAULT_LANDING_BUCKET

LANDING_ZONE = Asset(name="cerebro_landing_zone", uri=f"s3://{DEFAULT_LANDING_BUCKET}")
