"""The usual ways to do a load's work. All of them leave out the ledger, the rules, the counts and the quarantine."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Iterator

import dlt
import duckdb
import pandas as pd  # type: ignore[import-untyped] # pandas brings no type information
import polars as pl
import psycopg2
import pyarrow as pa
from adbc_driver_postgresql import dbapi as adbc  # type: ignore[import-untyped]
from psycopg2 import sql
from sqlalchemy import create_engine

from bench.candidates import PLAIN_SQL, bare_duckdb
from include.cerebro.landing.listing import list_dataset
from include.cerebro.platform.duckdb_session import POSTGRES_SCANNER, load_extension
from include.cerebro.zones.datasets import BIOMETRICS
from testing.sites import Site

POSTGRESQL_SQL = PLAIN_SQL.with_name("postgresql_way.sql")

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
        pl.scan_parquet(f"{folder}/biometrics/*/*.parquet")
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


def dlt_way(bucket: str, site: Site) -> None:
    """Aggregate in DuckDB, and let dlt load the Arrow batches into PostgreSQL: its fastest way there, CSV by COPY.

    Args:
        bucket: the landing zone.
        site: its warehouse gets the table ``dlt.minutes``.
    """
    logging.getLogger("dlt").setLevel(logging.ERROR)

    @dlt.resource(name="minutes", write_disposition="replace")
    def minutes() -> Iterator[pa.RecordBatch]:
        with bare_duckdb(bucket, site) as duck:
            duck.execute(PLAIN_SQL.read_text(encoding="utf-8"))
            yield from duck.sql("select * from minutes").to_arrow_reader(100_000)

    with tempfile.TemporaryDirectory() as folder:
        pipeline = dlt.pipeline(
            "bench",
            pipelines_dir=folder,
            destination=dlt.destinations.postgres(credentials=site.warehouse_uri),
            dataset_name="dlt",
        )
        pipeline.run(minutes(), loader_file_format="csv")


def adbc_way(bucket: str, site: Site) -> None:
    """Aggregate in DuckDB, and let the ADBC driver ingest the Arrow batches: a binary COPY.

    Args:
        bucket: the landing zone.
        site: its warehouse gets the table ``minutes``.
    """
    with bare_duckdb(bucket, site) as duck, adbc.connect(site.warehouse_uri) as connection:
        duck.execute(PLAIN_SQL.read_text(encoding="utf-8"))
        with connection.cursor() as cursor:
            cursor.adbc_ingest("minutes", duck.sql("select * from minutes").to_arrow_reader(100_000))
        connection.commit()


def attached_way(bucket: str, site: Site) -> None:
    """Aggregate in DuckDB and insert into PostgreSQL, attached as a database: a binary COPY, too.

    Args:
        bucket: the landing zone.
        site: its warehouse gets the table ``minutes``.
    """
    with bare_duckdb(bucket, site) as duck:
        duck.execute(PLAIN_SQL.read_text(encoding="utf-8"))
        _attach(duck, site)
        duck.execute("create table warehouse.minutes as select * from minutes")


def copy_readings(bucket: str, site: Site) -> int:
    """Copy the readings themselves, unaggregated, from the Parquet in S3 into PostgreSQL; return their number."""
    with bare_duckdb(bucket, site) as duck:
        _attach(duck, site)
        duck.execute("create table warehouse.readings as select * from read_parquet(getvariable('urls'))")
        ((readings,),) = duck.execute("select count(*) from warehouse.readings").fetchall()
    return int(readings)


def postgresql_way(bucket: str, site: Site) -> int:
    """Copy the readings unaggregated, and let PostgreSQL aggregate them; return the number of minutes.

    Args:
        bucket: the landing zone.
        site: its warehouse gets the tables ``readings`` and ``minutes``.
    """
    copy_readings(bucket, site)
    connection = psycopg2.connect(site.warehouse_uri)
    with connection, connection.cursor() as cursor:
        cursor.execute(POSTGRESQL_SQL.read_text(encoding="utf-8"))
        minutes = cursor.rowcount
    connection.close()
    return minutes


def _attach(duck: duckdb.DuckDBPyConnection, site: Site) -> None:
    load_extension(duck, POSTGRES_SCANNER)
    duck.execute(f"attach '{site.warehouse_uri}' as warehouse (type postgres)")
