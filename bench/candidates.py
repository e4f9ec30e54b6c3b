"""The candidates: functions that a process of its own can run, each on a landing zone and a site."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

import botocore.session  # noqa: F401 - ObjectStore.client imports it when it is called, and imports are not measured
import duckdb

from bench.dbt import Built, transform
from include.cerebro.checking.answers import read_answers
from include.cerebro.formats.parquet import COLUMNS, MEASURES, Layout
from include.cerebro.formats.readings import set_rules, use_layout, with_few_values
from include.cerebro.formats.rules import DEFAULT_RULES
from include.cerebro.landing.backlog import backlog_after
from include.cerebro.landing.discovery import Discovery, Start, discover
from include.cerebro.landing.listing import list_dataset
from include.cerebro.ledger import manifests
from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.loading.records import RecordLoader
from include.cerebro.platform.duckdb_session import HTTPFS, load_extension
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.zones.datasets import BIOMETRICS
from testing.sites import Site

PLAIN_SQL = Path(__file__).with_name("sql") / "plain.sql"

# A candidate with its landing zone and options bound, as `bench.measure.compare` calls it.
Candidate = Callable[[Site], object]

# The statements of an aggregation, in include/sql/loading/biometrics.
STEPS = ("nothing_repeated", "minutes", "aggregate", "delivered_heroes", "judge")

# The competitors need these packages; production does not have them. DuckDB imports those that are installed as soon as
# a statement has a parameter.
NOT_IN_PRODUCTION = ("numpy", "pandas", "polars", "pyarrow")


class Restored(NamedTuple):
    """The result of a load.

    Attributes:
        objects: objects that were loaded.
        readings: their readings, rejected ones included.
    """

    objects: int
    readings: int


def restore_biometrics(bucket: str, site: Site) -> Restored:
    """List the bucket, then load and commit its new biometrics, one batch after the other."""
    hide_packages()
    results = [_load(bucket, site, parcel.objects) for parcel in _discover(bucket, site).biometrics]
    return Restored(sum(one.objects for one in results), sum(one.readings for one in results))


def drain(bucket: str, run_objects: int, site: Site) -> Restored:
    """Load the bucket's new biometrics in runs, one after the other, as tasks do: each follows the one before.

    Args:
        bucket: the landing zone.
        run_objects: objects that a run takes at most.
        site: the warehouse and the quarantine.
    """
    hide_packages()
    there = replace(site, bucket=bucket)
    settings = site.settings.model_copy(update={"run_objects": run_objects})
    results: list[Restored] = []
    for number in count(1):
        run_id = f"run {number}"
        start = Start.BY_HAND if number == 1 else Start.BY_ARRIVAL
        found = discover([there.zone], lambda _: site.store, site.warehouse, settings, run_id, start)
        for parcel in found.biometrics:
            with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                _, objects = manifests.read(cursor, parcel.batch) or ("", [])
            results.append(_load(bucket, site, objects, run_id))
            with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                manifests.finish(cursor, parcel.batch)
                connection.commit()
        if not backlog_after(site.warehouse, run_id):
            break
    return Restored(sum(one.objects for one in results), sum(one.readings for one in results))


def hide_packages() -> None:
    """Hide the packages that production does not have from this process, which one candidate has for itself."""
    for name in NOT_IN_PRODUCTION:
        sys.modules[name] = None  # type: ignore[assignment] # None lets an import raise ImportError


def _discover(bucket: str, site: Site) -> Discovery:
    """Find what is new in a bucket."""
    zone = replace(site, bucket=bucket).zone
    return discover([zone], lambda _: site.store, site.warehouse, site.settings, "bench")


def _load(bucket: str, site: Site, batch: list[StoredObject], run_id: str | None = None) -> Restored:
    """Load and commit one batch."""
    result = BiometricsLoader(replace(replace(site, bucket=bucket).load_site, dag_run_id=run_id)).load(batch)
    return Restored(result.objects, result.rows_loaded + result.rows_rejected)


def plain_duckdb(bucket: str, site: Site) -> None:
    """Aggregate all readings as they are: bare DuckDB with its defaults, over httpfs into memory, nothing else."""
    hide_packages()
    with bare_duckdb(bucket, site) as duck:
        duck.execute(PLAIN_SQL.read_text(encoding="utf-8"))


def baseline(bucket: str, site: Site) -> None:
    """Aggregate as a load does, rules included, with bare DuckDB and nothing else."""
    hide_packages()
    with bare_duckdb(bucket, site) as duck:
        aggregate_as_a_load(duck)


def aggregate_as_a_load(duck: duckdb.DuckDBPyConnection, steps: Sequence[str] = STEPS) -> None:
    """Run the aggregation of a load, rules included, on the objects in the variable ``urls``."""
    set_rules(duck, DEFAULT_RULES, datetime.now(UTC))
    types = ("TIMESTAMP", "VARCHAR", *["DOUBLE"] * len(MEASURES))
    layout = Layout(COLUMNS, types, ("plain",) * len(COLUMNS), is_local=True, columns=())
    ((urls,),) = duck.execute("select getvariable('urls')").fetchall()
    use_layout(duck, layout, COLUMNS, DEFAULT_RULES, with_few_values(duck, urls))
    duck.execute("set variable erased_heroes = cast([] as varchar[])")
    for name in steps:
        duck.execute(read_sql(f"loading/biometrics/{name}.sql"))


def bare_duckdb(bucket: str, site: Site) -> duckdb.DuckDBPyConnection:
    """Open DuckDB with its defaults; the variable ``urls`` lists the bucket's biometrics."""
    duck = duckdb.connect(config={"autoinstall_known_extensions": False, "temp_directory": tempfile.gettempdir()})
    load_extension(duck, HTTPFS)
    duck.execute("set enable_progress_bar = false")
    store = site.store
    duck.execute(
        "create secret (type s3, key_id ?, secret ?, endpoint ?, use_ssl false, url_style 'path')",
        [store.access_key_id, store.secret_access_key, store.host],
    )
    urls = [f"s3://{bucket}/{stored.key}" for stored in list_dataset(store.client(), bucket, BIOMETRICS)]
    duck.execute("set variable urls = ?", [urls])
    return duck


def restore_all(site: Site, scratch: Path) -> Built:
    """Do the main job's work without Airflow, one step after the other: prepare, load, transform, check, answer.

    Args:
        site: its landing zone is restored into its warehouse.
        scratch: folder for dbt's parsed project and results.

    Returns:
        What dbt took.
    """
    # The sample readings are dirty on purpose: the warnings about rejected ones would only hide the progress.
    logging.getLogger("include").setLevel(logging.ERROR)
    prepare_warehouse(site.warehouse)
    found = _discover(site.bucket, site)
    for dataset, parcels in (("heroes", found.heroes), ("missions", found.missions)):
        for parcel in parcels:
            RecordLoader(dataset, site.load_site).load(parcel.objects)
    restore_biometrics(site.bucket, site)
    built = transform(site, scratch)
    read_answers(site.warehouse)
    return built
