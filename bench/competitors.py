"""The usual ways to do a load's work: pandas and Polars. Both leave out the ledger, the rules and the counts."""

from __future__ import annotations

import io

import pandas as pd  # type: ignore[import-untyped] # pandas brings no type information
import polars as pl
import psycopg2
from psycopg2 import sql
from sqlalchemy import create_engine

from include.cerebro.landing.listing import list_dataset
from include.cerebro.zones.datasets import BIOMETRICS
from testing.sites import Site

MEASURES = ("heart_rate", "stress_level", "energy_output")
STATISTICS = ("count", "sum", "min", "max")


def pandas_way(bucket: str, site: Site) -> int:
    """Read every object into one frame, group by hero and minute, and call to_sql.

    Args:
        bucket: the landing zone.
        site: its warehouse gets the table ``minutes``, in multi-row inserts: to_sql's fastest method.

    Returns:
        Number of minutes.
    """
    client = site.store.client()
    frames = [
        pd.read_parquet(io.BytesIO(client.get_object(Bucket=bucket, Key=stored.key)["Body"].read()))
        for stored in list_dataset(client, bucket, BIOMETRICS)
    ]
    readings = pd.concat(frames, ignore_index=True)
    readings["minute_at"] = readings["timestamp"].dt.floor("min")
    aggregates = {f"{measure}_{statistic}": (measure, statistic) for measure in MEASURES for statistic in STATISTICS}
    minutes = readings.groupby(["hero_id", "minute_at"], as_index=False, sort=False, observed=True).agg(
        reading_count=("timestamp", "size"), **aggregates
    )
    engine = create_engine(site.warehouse_uri.replace("postgresql://", "postgresql+psycopg2://"))
    minutes.to_sql("minutes", engine, if_exists="replace", index=False, method="multi", chunksize=2_000)
    engine.dispose()
    return len(minutes)


def polars_way(folder: str, site: Site) -> int:
    """Scan the local files lazily, group by hero and minute, and COPY the minutes as CSV.

    Args:
        folder: the landing zone's folder: Polars' S3 client fails on the embedded object store.
        site: its warehouse gets the table ``minutes``.

    Returns:
        Number of minutes.
    """
    minutes = (
        pl.scan_parquet(f"{folder}/biometrics/*.parquet")
        .with_columns(pl.col("timestamp").dt.truncate("1m").alias("minute_at"))
        .group_by("hero_id", "minute_at")
        .agg(
            pl.len().alias("reading_count"),
            *(
                getattr(pl.col(measure), statistic)().alias(f"{measure}_{statistic}")
                for measure in MEASURES
                for statistic in STATISTICS
            ),
        )
        .collect(engine="streaming")
    )
    text = io.BytesIO()
    minutes.write_csv(text)
    text.seek(0)
    types = {"hero_id": "text", "minute_at": "timestamp"}
    columns = sql.SQL(", ").join(
        sql.Identifier(name) + sql.SQL(" " + types.get(name, "double precision")) for name in minutes.columns
    )
    connection = psycopg2.connect(site.warehouse_uri)
    with connection, connection.cursor() as cursor:
        cursor.execute(sql.SQL("create table minutes ({})").format(columns))
        cursor.copy_expert("copy minutes from stdin (format csv, header)", text)
    connection.close()
    return len(minutes)
