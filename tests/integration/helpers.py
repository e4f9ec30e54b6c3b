"""A landing zone and a warehouse of a test's own on real services, and the main job on them without Airflow."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import psycopg2
from psycopg2 import sql

from include.cerebro import settings
from include.cerebro.biometrics import BiometricsLoader
from include.cerebro.checks import check_conservation
from include.cerebro.landing_zone import Discovery, discover
from include.cerebro.load_result import LoadResult
from include.cerebro.object_store import ObjectStore, list_objects
from include.cerebro.record_loader import RecordLoader
from include.cerebro.warehouse import Warehouse, prepare_warehouse

REPOSITORY = Path(__file__).parents[2]
DBT = Path(sys.executable).with_name("dbt")
# Removed when the tests end.
DBT_SCRATCH = tempfile.TemporaryDirectory(prefix="cerebro-test-dbt-")
READING_COLUMNS = ("timestamp", "hero_id", "heart_rate", "stress_level", "energy_output")
ORDINARY_TYPES = ("timestamp", "varchar", "double", "double", "double")

# What raw says about every hero and minute: the minutes of all current loads, merged.
MERGED_MINUTES = """
    select
        biometrics.hero_id,
        biometrics.minute_at,
        sum(biometrics.reading_count)::bigint,
        sum(biometrics.heart_rate_sum) / nullif(sum(biometrics.heart_rate_count), 0),
        min(biometrics.heart_rate_min),
        max(biometrics.heart_rate_max),
        sum(biometrics.stress_level_sum) / nullif(sum(biometrics.stress_level_count), 0),
        min(biometrics.stress_level_min),
        max(biometrics.stress_level_max),
        sum(biometrics.energy_output_sum) / nullif(sum(biometrics.energy_output_count), 0),
        min(biometrics.energy_output_min),
        max(biometrics.energy_output_max)
    from raw.biometrics
    join raw.current_loads using (load_id)
    group by biometrics.hero_id, biometrics.minute_at
    order by biometrics.hero_id collate "C", biometrics.minute_at
"""


@dataclass
class Site:
    """One bucket, one quarantine bucket and one database."""

    store: ObjectStore
    warehouse: Warehouse
    superuser_uri: str
    bucket: str
    quarantine_bucket: str
    run_count: int = field(default=0)

    # The landing zone

    @cached_property
    def client(self) -> Any:
        """A boto3 S3 client."""
        return self.store.client()

    def put(self, key: str, body: bytes) -> None:
        """Deliver an object."""
        self.client.put_object(Bucket=self.bucket, Key=key, Body=body)

    def put_all(self, objects: Mapping[str, bytes]) -> None:
        """Deliver several objects."""
        for key, body in objects.items():
            self.put(key, body)

    def remove(self, key: str) -> None:
        """Remove an object, as a lifecycle rule would."""
        self.client.delete_object(Bucket=self.bucket, Key=key)

    def contents(self) -> dict[str, bytes]:
        """All that is in the landing zone."""
        return {
            stored.key: self.client.get_object(Bucket=self.bucket, Key=stored.key)["Body"].read()
            for stored in list_objects(self.client, self.bucket, "")
        }

    def quarantined(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every object in the quarantine bucket."""
        return {
            stored.key: parquet_rows(
                self.client.get_object(Bucket=self.quarantine_bucket, Key=stored.key)["Body"].read()
            )
            for stored in list_objects(self.client, self.quarantine_bucket, "")
        }

    # The main job

    def discover(self) -> Discovery:
        """What is new."""
        return discover(self.store, self.bucket, self.warehouse)

    def load(self, **changed: Any) -> LoadResult:
        """Discover and load everything that is new. Other arguments take the place of attributes: warehouse=..."""
        there = replace(self, **changed)
        self.run_count += 1
        run_id = f"run {self.run_count}"
        found = there.discover()
        total = LoadResult()
        results = [
            RecordLoader(dataset, there.store, there.bucket, there.warehouse, run_id).load(objects)
            for dataset, objects in (("heroes", found.heroes), ("missions", found.missions))
        ]
        results += [
            BiometricsLoader(there.store, there.bucket, there.warehouse, run_id).load(batch)
            for batch in found.biometrics
        ]
        for result in results:
            total.objects += result.objects
            total.rows_loaded += result.rows_loaded
            total.rows_rejected += result.rows_rejected
            total.failed += result.failed
        return total

    def build(self) -> None:
        """Let dbt bring staging, marts and analytics up to date. Raises AssertionError with its output if it fails."""
        with self.start_build() as process:
            output, _ = process.communicate(timeout=180)
        assert process.returncode == 0, output

    def start_build(self) -> subprocess.Popen[str]:
        """Start dbt."""
        scratch = Path(DBT_SCRATCH.name)
        return subprocess.Popen(
            [str(DBT), "build", "--exclude-resource-type", "unit_test",
             "--project-dir", str(settings.DBT_ROOT), "--profiles-dir", str(settings.DBT_ROOT)],
            env=os.environ | self.environment() | {
                # dbt's parsed project is kept from build to build: it saves seconds each time.
                "DBT_TARGET_PATH": str(scratch / "target"),
                "DBT_LOG_PATH": str(scratch / "logs"),
                "DO_NOT_TRACK": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip

    def restore(self) -> LoadResult:
        """Run the main job: load what is new, transform it, check that nothing was lost."""
        prepare_warehouse(self.warehouse)
        result = self.load()
        self.build()
        check_conservation(self.warehouse, f"run {self.run_count}")
        return result

    def start_load(self, *command_prefix: str, **environment: str) -> subprocess.Popen[str]:
        """Start ``load`` as a process of its own; see loader_process.py."""
        return subprocess.Popen(
            [*command_prefix, sys.executable, "-m", "tests.integration.loader_process"],
            cwd=REPOSITORY,
            env=os.environ | self.environment() | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        """Where everything is, for a process of its own and for dbt."""
        return {
            "S3_ENDPOINT_URL": self.store.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.store.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.store.secret_access_key,
            "CEREBRO_TEST_BUCKET": self.bucket,
            "CEREBRO_QUARANTINE_BUCKET": self.quarantine_bucket,
            "WAREHOUSE_HOST": self.warehouse.host,
            "WAREHOUSE_PORT": str(self.warehouse.port),
            "WAREHOUSE_USER": self.warehouse.user,
            "WAREHOUSE_PASSWORD": self.warehouse.password,
            "WAREHOUSE_DATABASE": self.warehouse.database,
        }

    # The warehouse

    @property
    def warehouse_uri(self) -> str:
        """The warehouse with its owner's name and password."""
        there = self.warehouse
        return f"postgresql://{there.user}:{there.password}@{there.host}:{there.port}/{there.database}"

    @contextmanager
    def superuser(self) -> Iterator[Any]:
        """Open a cursor with all rights that commits every statement by itself."""
        uri = urlsplit(self.superuser_uri)._replace(path=f"/{self.warehouse.database}").geturl()
        connection = psycopg2.connect(uri, options="-c timezone=UTC")
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def rows(self, query: str, parameters: Sequence[Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a query with all rights."""
        with self.superuser() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def ledger(self) -> list[tuple[Any, ...]]:
        """Key, status, rows in, loaded and rejected of every row of raw.loads, in the order of their making."""
        return self.rows(
            "select object_key, status, rows_in, rows_loaded, rows_rejected from raw.loads order by load_id"
        )

    def errors(self) -> dict[str, str]:
        """The error of every object that failed."""
        return dict(self.rows("select object_key, error from raw.loads where status = 'failed'"))

    def merged_minutes(self) -> list[tuple[Any, ...]]:
        """One row per hero and minute, merged from all current loads."""
        return self.rows(MERGED_MINUTES)

    def drop(self) -> None:
        """Remove the database and both buckets."""
        for bucket in (self.bucket, self.quarantine_bucket):
            for stored in list_objects(self.client, bucket, ""):
                self.client.delete_object(Bucket=bucket, Key=stored.key)
            self.client.delete_bucket(Bucket=bucket)
        run_on_server(self.superuser_uri, "drop database {} with (force)", self.warehouse.database)


def make_site(services: Mapping[str, str]) -> Site:
    """Make an empty landing zone and a prepared warehouse on the services that the mapping describes."""
    superuser_uri = services["POSTGRES_SUPERUSER_URI"]
    owner = urlsplit(services["WAREHOUSE_URI"])
    name = f"site_{os.urandom(5).hex()}"
    warehouse = Warehouse(str(owner.hostname), owner.port or 5432, str(owner.username), str(owner.password), name)
    store = ObjectStore(services["S3_ENDPOINT_URL"], services["AWS_ACCESS_KEY_ID"], services["AWS_SECRET_ACCESS_KEY"])
    site = Site(store, warehouse, superuser_uri, name.replace("_", "-"), f"quarantine-{name[5:]}")
    run_on_server(superuser_uri, f"create database {{}} owner {owner.username}", name)
    prepare_warehouse(warehouse)
    for bucket in (site.bucket, site.quarantine_bucket):
        site.client.create_bucket(Bucket=bucket)
    return site


def run_on_server(superuser_uri: str, statement: str, database: str) -> None:
    """Run a statement about a database, whose name stands for {} in it."""
    connection = psycopg2.connect(superuser_uri)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(sql.Identifier(database)))
    finally:
        connection.close()


def parquet(
    rows: Sequence[Sequence[Any]],
    columns: Sequence[str] = READING_COLUMNS,
    types: Sequence[str] = ORDINARY_TYPES,
    settings_first: str = "",
) -> bytes:
    """Write rows as a Parquet file with columns of these DuckDB types."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "object.parquet"
        connection.execute(f"set timezone = 'UTC'; {settings_first}")
        declared = ", ".join(f'"{name}" {kind}' for name, kind in zip(columns, types, strict=True))
        connection.execute(f"create table readings ({declared})")
        if rows:
            width = len(columns)
            row = f"({', '.join('?' * width)})"
            connection.execute(
                f"insert into readings values {', '.join([row] * len(rows))}",
                [value for values in rows for value in values],
            )
        connection.execute(f"copy readings to '{path}' (format parquet)")
        return path.read_bytes()


def parquet_of(query: str, **copy_options: Any) -> bytes:
    """Write the rows of a DuckDB query as a Parquet file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "object.parquet"
        connection.execute("set timezone = 'UTC'")
        options = "".join(f", {name} {value}" for name, value in copy_options.items())
        connection.execute(f"copy ({query}) to '{path}' (format parquet{options})")
        return path.read_bytes()


def parquet_rows(body: bytes) -> list[dict[str, Any]]:
    """Read the rows of a Parquet file."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "object.parquet"
        path.write_bytes(body)
        connection.execute("set timezone = 'UTC'")
        answer = connection.execute("select * from read_parquet(?, hive_partitioning = false)", [str(path)])
        names = [column[0] for column in answer.description]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
