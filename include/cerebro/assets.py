"""The Airflow assets outside dbt: what the landing zone and raw are called in the asset graph."""

from __future__ import annotations

from airflow.sdk import Asset

from include.cerebro.settings import DEFAULT_LANDING_BUCKET

LANDING_ZONE = Asset(name="cerebro_landing_zone", uri=f"s3://{DEFAULT_LANDING_BUCKET}")

# The tables of raw, by dataset. The host is the name of the Airflow connection: where it points differs.
RAW = {
    dataset: Asset(name=f"raw_{dataset}", uri=f"postgres://warehouse:5432/cerebro/raw/{dataset}")
    for dataset in ("heroes", "missions", "biometrics")
}
