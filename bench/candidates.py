"""What is measured: functions that a process of its own can run, each with a landing zone and a site."""

from __future__ import annotations

import logging
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import boto3  # noqa: F401 - ObjectStore.client imports it when it is called; imports are not measured
import duckdb

from bench.dbt import Built, transform
from include.cerebro.checking.answers import read_answers
from include.cerebro.landing.batches import pack
from include.cerebro.landing.datasets import BIOMETRICS
from include.cerebro.landing.discovery import discover
from include.cerebro.landing.listing import list_dataset
from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.loading.records import RecordLoader
from include.cerebro.platform.duckdb_session import HTTPFS, load_extension
from include.cerebro.platform.object_store import ObjectStore, StoredObject
from include.cerebro.platform.sql import read_sql
from include.cerebro.schema.setup import prepare_warehouse
from local.throwaway import Site

PLAIN_SQL = Path(__file__).with_name("sql") / "plain.sql"

# About so many batches do workers share.
SHARED_BATCHES = 8

# Here for the competitors, not in production. DuckDB imports what of it is there when it is first given a parameter.
NOT_IN_PRODUCTION = ("numpy", "pandas", "polars", "pyarrow")


class Restored(NamedTuple):
    """What a load came to."""

    objects: int
    readings: int


def restore_biometrics(bucket: str, site: Site) -> Restored:
    """List, load and commit all biometrics of the bucket that are new, batch by batch."""
    _as_in_production()
    found = discover(site.store, bucket, site.warehouse, site.settings)
    results = [_load(bucket, site, batch) for batch in found.biometrics]
    return Restored(sum(one.objects for one in results), sum(one.readings for one in results))


def restore_by_workers(bucket: str, workers: int, site: Site) -> Restored:
    """The same by several processes at once, as the mapped tasks of several workers do it."""
    found = discover(site.store, bucket, site.warehouse, site.settings)
    objects = list(chain.from_iterable(found.biometrics))
    # Smaller than by default, so that there is something to share.
    batches = list(pack(objects, sum(stored.size_bytes for stored in objects) // SHARED_BATCHES))
    with ProcessPoolExecutor(workers, get_context("spawn"), _as_in_production) as pool:
        tasks = [pool.submit(_load, bucket, site, batch) for batch in batches]
        results = [task.result() for task in tasks]
    return Restored(sum(one.objects for one in results), sum(one.readings for one in results))


def _as_in_production() -> None:
    """Let this process, one that was started for a candidate, do without what production does not have."""
    hidden: dict[str, Any] = dict.fromkeys(NOT_IN_PRODUCTION)
    sys.modules.update(hidden)


def _load(bucket: str, site: Site, batch: list[StoredObject]) -> Restored:
    result = BiometricsLoader(site.store, bucket, site.warehouse, site.settings, "bench").load(batch)
    return Restored(result.objects, result.rows_loaded + result.rows_rejected)


def plain_duckdb(bucket: str, site: Site) -> None:
    """Bare DuckDB, as it comes: the aggregates of whatever is there over httpfs into memory, and nothing else."""
    with _bare_duckdb(bucket, site) as duck:
        duck.execute(PLAIN_SQL.read_text(encoding="utf-8"))


def floor(bucket: str, site: Site) -> None:
    """The same aggregation as that of a load, rules included, and nothing else."""
    with _bare_duckdb(bucket, site) as duck:
        for name in ("instant_timestamps", "judged_readings", "minutes", "aggregate"):
            duck.execute(read_sql(f"loading/biometrics/{name}.sql"))


def _bare_duckdb(bucket: str, site: Site) -> duckdb.DuckDBPyConnection:
    _as_in_production()
    duck = duckdb.connect(config={"autoinstall_known_extensions": False, "temp_directory": tempfile.gettempdir()})
    load_extension(duck, HTTPFS)
    duck.execute("set enable_progress_bar = false")
    store: ObjectStore = site.store
    duck.execute(
        "create secret (type s3, key_id ?, secret ?, endpoint ?, use_ssl false, url_style 'path')",
        [store.access_key_id, store.secret_access_key, store.host],
    )
    urls = [f"s3://{bucket}/{stored.key}" for stored in list_dataset(store.client(), bucket, BIOMETRICS)]
    duck.execute("set variable urls = ?", [urls])
    return duck


def restore_all(site: Site, scratch: Path) -> Built:
    """Do what the main job does, one thing after the other: prepare, load, transform, check, answer."""
    # Its readings are dirty on purpose; what was rejected is nothing to report here.
    logging.getLogger("include").setLevel(logging.ERROR)
    prepare_warehouse(site.warehouse)
    found = discover(site.store, site.bucket, site.warehouse, site.settings)
    for dataset, objects in (("heroes", found.heroes), ("missions", found.missions)):
        RecordLoader(dataset, site.store, site.bucket, site.warehouse, site.settings, "bench").load(objects)
    restore_biometrics(site.bucket, site)
    built = transform(site, scratch)
    read_answers(site.warehouse)
    return built
