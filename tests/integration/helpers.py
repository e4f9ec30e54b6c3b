"""A landing zone and a warehouse for one test, on real services, and the main job without Airflow."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.landing.discovery import discover
from include.cerebro.landing.listing import list_objects
from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.loading.records import RecordLoader
from include.cerebro.loading.result import LoadResult
from include.cerebro.platform.names import DEFAULT_LANDING_ZONE
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.settings import Settings
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.transforming.plan import Plan
from include.cerebro.zones.landing_zones import LandingZone
from testing import sites
from tests.integration.warm_dbt import LEAN, UNCHANGED, run_dbt

REPOSITORY = Path(__file__).parents[2]
# Removed when the tests end.
DBT_SCRATCH = tempfile.TemporaryDirectory(prefix="cerebro-test-dbt-")
READING_COLUMNS = ("timestamp", "hero_id", "heart_rate", "stress_level", "energy_output")
ORDINARY_TYPES = ("timestamp", "varchar", "double", "double", "double")

# One row for each hero and minute in raw, merged from all current loads.
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


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


class Found(NamedTuple):
    """The new objects of a site's only landing zone."""

    heroes: list[StoredObject]
    missions: list[StoredObject]
    biometrics: list[list[StoredObject]]


@dataclass
class Site(sites.Site):
    """One bucket, one quarantine bucket and one database."""

    run_count: int = field(default=0)
    # Settings of this site that differ from the defaults.
    changed: dict[str, Any] = field(default_factory=dict)
    # The landing zone that the bucket is taken for.
    zone_name: str = DEFAULT_LANDING_ZONE
    # What its configuration says beside its name.
    zone_fields: dict[str, Any] = field(default_factory=dict)
    # Where the quarantine is, if in another store.
    quarantine_store: ObjectStore | None = None

    @property
    def settings(self) -> Settings:
        """The settings of this process, with the site's own quarantine and changes."""
        return super().settings.model_copy(update=self.changed)

    # The landing zone

    @property
    def zone(self) -> LandingZone:
        """The bucket as a landing zone."""
        return LandingZone(name=self.zone_name, bucket=self.bucket, **self.zone_fields)

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

    def listed(self) -> list[StoredObject]:
        """All objects in the bucket."""
        return list(list_objects(self.client, self.bucket, ""))

    def contents(self) -> dict[str, bytes]:
        """All that is in the landing zone."""
        return {
            stored.key: self.client.get_object(Bucket=self.bucket, Key=stored.key)["Body"].read()
            for stored in self.listed()
        }

    def quarantined(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of every object in the quarantine bucket."""
        client = (self.quarantine_store or self.store).client()
        return {
            stored.key: parquet_rows(client.get_object(Bucket=self.quarantine_bucket, Key=stored.key)["Body"].read())
            for stored in list_objects(client, self.quarantine_bucket, "")
        }

    # The main job

    def discover(self) -> Found:
        """Return the new objects."""
        found = discover([self.zone], lambda _: self.store, self.warehouse, self.settings, f"run {self.run_count}")
        heroes, missions = (
            [stored for parcel in parcels for stored in parcel.objects] for parcels in (found.heroes, found.missions)
        )
        return Found(heroes, missions, [parcel.objects for parcel in found.biometrics])

    def load(self, **changed: Any) -> LoadResult:
        """Discover and load everything that is new. Keyword arguments replace attributes: warehouse=..."""
        self.run_count += 1
        there = replace(self, **changed)
        run_id = f"run {self.run_count}"
        found = there.discover()
        total = LoadResult()
        site = replace(there.load_site, dag_run_id=run_id)
        for dataset, objects in (("heroes", found.heroes), ("missions", found.missions)):
            total.include(RecordLoader(dataset, site).load(objects))
        for batch in found.biometrics:
            total.include(BiometricsLoader(site).load(batch))
        return total

    def transform(self) -> None:
        """Bring staging, marts and analytics up to date with dbt, as a DAG run does."""
        self.build(self.scratch)

    @property
    def scratch(self) -> Path:
        """Where dbt keeps its parsed project: it parses anew for another warehouse than the last one of a folder."""
        return Path(DBT_SCRATCH.name, f"{self.warehouse.port}-{self.warehouse.database}")

    def dbt_build(self, scratch: Path, planned: Plan) -> None:
        """Build and test what is planned with dbt, in this process."""
        finished = run_dbt(self.dbt_arguments(planned), self.dbt_environment(scratch, planned))
        if finished.returncode:
            raise RuntimeError(finished.stdout)

    def start_transformation(self) -> subprocess.Popen[str]:
        """Start dbt on what is planned now."""
        return self.start_dbt_build(self.scratch, self.plan())

    def dbt_arguments(self, planned: Plan) -> list[str]:
        """The arguments with which dbt builds and tests what is planned: views with a table that is built again."""
        return [*super().dbt_arguments(planned), *(() if planned.rebuilds else UNCHANGED)]

    def dbt_environment(self, scratch: Path, planned: Plan) -> dict[str, str]:
        """The variables from which dbt knows the site, the plan, and where to keep its files."""
        return super().dbt_environment(scratch, planned) | LEAN

    def restore(self) -> LoadResult:
        """Run the main job: load what is new, transform it, check that nothing was lost."""
        prepare_warehouse(self.warehouse)
        result = self.load()
        self.transform()
        check_conservation(self.warehouse, f"run {self.run_count}")
        return result

    def start_load(self, *command_prefix: str, project: Path = REPOSITORY, **environment: str) -> subprocess.Popen[str]:
        """Start ``load`` as a process of its own, from a copy of the project if need be; see loader_process.py."""
        return subprocess.Popen(
            [*command_prefix, sys.executable, "-m", "tests.integration.loader_process"],
            cwd=project,
            env=os.environ | self.environment() | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def environment(self) -> dict[str, str]:
        """Where everything is, for a process of its own and for dbt."""
        return super().environment() | {"CEREBRO_TEST_BUCKET": self.bucket}

    # The warehouse

    def rows(self, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Run a query with all rights."""
        with self.superuser() as cursor:
            cursor.execute(query, parameters)
            return list(cursor.fetchall())

    def ledger(self) -> list[tuple[Any, ...]]:
        """Key, status, rows in, loaded and rejected of each row of raw.loads, in the order of load_id."""
        return self.rows(
            "select object_key, status, rows_in, rows_loaded, rows_rejected from raw.loads order by load_id"
        )

    def errors(self) -> dict[str, str]:
        """The error of every object that failed."""
        return dict(self.rows("select object_key, error from raw.loads where status = 'failed'"))

    def merged_minutes(self) -> list[tuple[Any, ...]]:
        """One row per hero and minute, merged from all current loads."""
        return self.rows(MERGED_MINUTES)


def make_site(services: Mapping[str, str]) -> Site:
    """Make an empty landing zone and a prepared warehouse on the services that the mapping describes."""
    return sites.make_site(Site, services)


def copy_site(site: Site) -> Site:
    """Make a site with the same objects and the same warehouse as another one."""
    copy = sites.copy_site(site)
    copy.changed, copy.zone_fields = dict(site.changed), dict(site.zone_fields)
    return copy


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
