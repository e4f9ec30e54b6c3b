"""The settings of a deployment: one frozen object, read from the environment and handed in.

Every setting is a variable ``CEREBRO_<NAME>``. ``docs/reference/settings.md`` is generated from this file; tests hold
``.env.example`` and ``docker-compose.yml`` to it.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, NonNegativeFloat, NonNegativeInt, PositiveInt, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.names import DBT_ROOT, DEFAULT_ROLE_PREFIX, LANDING_ZONES_FILE, MINIO_CONN_ID

PREFIX = "CEREBRO_"


class SettingInvalidError(FinalError, ValueError):
    """A setting has a value that cannot be used; the message names the variable."""


def _by_dataset(value: object) -> object:
    """Read ``biometrics=25,missions=25`` as numbers by dataset."""
    if not isinstance(value, str):
        return value
    pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
    return {dataset.strip(): number.strip() for dataset, _, number in pairs}


ByDataset = Annotated[dict[str, NonNegativeFloat], NoDecode, BeforeValidator(_by_dataset)]


class Settings(BaseSettings):
    """The settings of one deployment. Every default suits a worker of two cores and 2 GiB."""

    # Not use_attribute_docstrings: Pydantic then looks for the source among all imported modules, in every task.
    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, extra="ignore", frozen=True)

    # Landing zones and buckets

    landing_zones: Path = LANDING_ZONES_FILE
    """YAML file that describes the landing zones. By default it need not exist: without it there is one zone,
    ``cerebro``, the bucket that the Airflow Variable ``cerebro_bucket`` names."""

    quarantine_bucket: str = "cerebro-quarantine"
    """Bucket that keeps rejected rows as Parquet, or ``bucket/prefix`` in a shared bucket."""

    reports_bucket: str = "cerebro-reports"
    """Bucket that ``report.html`` is written to, or ``bucket/prefix`` in a shared bucket."""

    role_prefix: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")] = DEFAULT_ROLE_PREFIX
    """What the names of the PostgreSQL roles begin with. Roles belong to the whole cluster: give each deployment that
    shares one with another a prefix of its own."""

    # Arrival

    arrival_seconds: NonNegativeFloat = 3.0
    """Seconds between two looks at the landing zone for new objects, which start a run. 0 turns it off; then runs start
    by the hour, by the asset's events and by hand."""

    arrival_queue: str = ""
    """Address of an SQS queue with the bucket's notifications. If it is set, its messages start runs, and the landing
    zone is not looked at."""

    audit_schedule: str = "0 * * * *"
    """Cron expression, in UTC, of the runs that start without an arrival. They find what no event told: landing zones
    of up to 10,000 objects are listed each time, larger ones once a day. A run by hand lists all."""

    arrival_queue_connection: str = MINIO_CONN_ID
    """Airflow connection (type ``aws``) that reads the queue. The store's own serves where that is S3: the address of
    another store, its ``endpoint_url``, would be taken for that of SQS."""

    # A run

    run_bytes: PositiveInt = 64 * 1024**3
    """Bytes that one run takes of a dataset at most, the oldest objects first. What waits is loaded by the next run,
    which follows at once. Several landing zones share this and the next two equally."""

    run_objects: PositiveInt = 100_000
    """Objects that one run takes of a dataset at most: ``discover`` keeps 500 bytes of each in memory. What waits is
    listed once, not by each run."""

    run_batches: Annotated[int, Field(gt=0, le=1000)] = 200
    """Load tasks of biometrics in one run at most. Airflow fails a task that asks for more than 1,024 mapped tasks
    (``max_map_length``)."""

    load_tasks: Annotated[int, Field(gt=0)] = 8
    """Load tasks of biometrics that run at the same time at most, on all workers together. One core of PostgreSQL takes
    what two or three cores of loaders send (docs/explanation/scale.md): eight tasks fill a server of four cores."""

    # dbt

    dbt_manifest: Path = DBT_ROOT / "target" / "manifest.json"
    """dbt's manifest, made ahead by ``make setup``. The Docker image sets it to a path outside of ``include/``, which
    the Astro CLI mounts from the host."""

    dbt_executable: str = "dbt"
    """dbt's program; by default it is on the PATH. It may live in an environment of its own: the Docker image sets it
    to that."""

    preload_dbt: bool = True
    """Whether dbt stays imported beside a scheduler with the LocalExecutor: its processes start and end 2.5 s faster on
    two cores (docs/decisions/0077), for 85 MiB of memory."""

    dbt_threads: PositiveInt = 4
    """Models that dbt builds at the same time. The star schema is three models wide. On two cores that PostgreSQL
    shares, a day of 100 heroes took 6.2 s (5.9-6.4) with one, 5.6 s (5.3-5.6) with four and 5.7 s (5.7-6.0) with
    eight."""

    # A load task

    batch_bytes: PositiveInt = 512 * 1024**2
    """Compressed bytes of Parquet that one load task takes. 50 million readings (469 MiB) were loaded in 4.7 s
    (4.7-4.8) as one batch and in 5.0 s (4.8-5.1) as two, one after the other, on two cores; Airflow adds 1-2 s for each
    task. Smaller batches serve many workers. Memory does not depend on it."""

    batch_objects: PositiveInt = 5000
    """Objects that one load task takes at most. 5,000 small objects took 5.7 s (5.2-6.0) as one batch, 5.8 s (5.6-7.5)
    as three."""

    part_bytes: PositiveInt = 64 * 1024**2
    """Compressed bytes of one transaction of a load task; DuckDB aggregates the next part while PostgreSQL copies this
    one. Peak memory of a load of 50 million readings: 306 MiB with 64 MiB, 277 MiB with 32 MiB (and 0.3 s more of
    4.7 s), 940 MiB with DuckDB all at once."""

    part_objects: PositiveInt = 500
    """Objects of one transaction at most. Small objects make many minutes of few readings: 1,000 objects with 1,000
    minutes each in one part took 811 MiB."""

    whole_object_bytes: NonNegativeInt = 128 * 1024
    """Objects up to this size are fetched whole, in one request instead of three. For 128 objects that took 0.66 times
    as long at 36 KB each, 0.74 times at 91 KB, 0.95 times at 257 KB, and 3 times the memory there."""

    kept_bytes: PositiveInt = 192 * 1024**2
    """Bytes of small objects that are kept in memory at a time. A load of 5,000 objects of 121 KB took 10.0 s and
    949 MiB with all of them, 9.3 s and 535 MiB with this limit."""

    fetch_connections: PositiveInt = 32
    """Connections over which the small objects of a part are fetched; two parts are loaded at a time on two cores.
    5,000 objects from a store 20 ms away took 18.9, 15.9, 13.9 s over 8, 16 and 32 connections, and 15.3 and 15.2 s
    over 32 and 64 in another run; from the embedded store 11.6-13.1 s over any number from 16."""

    duckdb_memory_limit: str = "500MB"
    """DuckDB's own limit. Leave 500 MB above it for the process around it: a load is to stay under 1 GiB. 50 million
    readings took 240-250 MiB under any limit from 150 MB to 1.2 GB. 5 million minutes of one reading each in one
    object took 384, 517, 889 and 1,396 MiB under 150, 300, 600 and 1,200 MB, and 8-13 s with each. The most expensive
    input, 45 million instants where overlaps are rejected, took 895 and 1,047 MiB under 500 and 600 MB."""

    duckdb_threads: PositiveInt = Field(default_factory=lambda: os.cpu_count() or 2)
    """Threads of DuckDB in one load task. Default: the number of cores."""

    # Retention

    keep_superseded_months: NonNegativeInt = 0
    """Months that minutes and records of a load stay in ``raw`` after another load has taken its place; the ledger
    keeps its counts. 0, here and below, keeps them for ever. ``cerebro_retention`` drops the rest, once a day, in
    whole calendar months."""

    keep_minutes_months: NonNegativeInt = 0
    """Months that minutes stay in ``raw.biometrics``, by their own time, and no less than those of the marts."""

    keep_marts_months: NonNegativeInt = 0
    """Months of readings in ``marts`` and ``analytics``; heroes and missions stay. 0 is as long as ``raw`` has the
    minutes. What is still in ``raw`` comes back if this is raised."""

    keep_quarantine_months: NonNegativeInt = 0
    """Months that rejected rows stay in the quarantine's bucket after their load; ``raw.rejections`` keeps the counts.
    It needs the right to delete there."""

    archive_bucket: str = ""
    """Bucket, or ``bucket/prefix``, that keeps minutes as Parquet once they leave ``raw``; ``cerebro_reprocess`` brings
    them back. Empty drops them for good."""

    erase_landing: bool = False
    """Whether ``cerebro_forget_hero`` writes objects of the landing zones again without the hero. It needs the right to
    write there, by the connection ``<connection>_erasure`` or else the landing zone's own, and a store that keeps the
    condition ``If-Match`` of a write."""

    # Timeouts

    task_timeout_minutes: Annotated[float, Field(gt=0)] = 60.0
    """Minutes that one attempt of a task may take, unless it loads or is dbt. Each takes seconds: ``discover`` took
    28 s for 1,000,000 objects."""

    load_timeout_minutes: Annotated[float, Field(gt=0)] = 360.0
    """Minutes that one attempt of a load task may take, and of one that writes sample data. A full batch takes 5 s on
    two cores, and 10 minutes from a store that delivers 1 MB/s. What is committed before stays; the next attempt goes
    on from there."""

    dbt_timeout_minutes: Annotated[float, Field(gt=0)] = 720.0
    """Minutes that one attempt of a dbt build may take. A rebuild of all tables reads all of ``raw``."""

    # Alerts

    late_after_minutes: Annotated[float, Field(gt=0)] = 60.0
    """A run is late if it is not done so many minutes after it was created: by then the next hourly run waits for
    it."""

    answer_within_minutes: NonNegativeFloat = 5.0
    """Minutes from an object's arrival in the store to the answer with it; an object that takes longer is worth an
    alert. 0 turns it off."""

    stale_after_hours: ByDataset = Field(default={"biometrics": 25.0, "missions": 25.0})
    """Hours without a new object after which a dataset is stale, by dataset: ``biometrics=25,missions=25``. Heroes may
    stay the same for years."""

    quarantine_alert_share: ByDataset = Field(default={"biometrics": 0.05, "heroes": 0.5, "missions": 0.5})
    """Share of rejected rows in a run's new objects that is worth an alert, by dataset. In the sample, dirty as it is,
    it is 0.003 of the readings, 0.09 of the hero records and 0.19 of the missions."""

    alert_repeat_hours: Annotated[int, Field(ge=0)] = 24
    """Hours after which an alert is sent again while its cause lasts."""

    # Housekeeping

    log_days: Annotated[int, Field(ge=0)] = 30
    """Days after which ``cerebro_housekeeping`` removes files of Airflow's log folder. 0 keeps them. Logs in a bucket
    have the bucket's lifecycle rules."""


def variable(name: str) -> str:
    """Return the environment variable of a setting: ``variable("batch_bytes")`` is ``CEREBRO_BATCH_BYTES``."""
    return f"{PREFIX}{name.upper()}"


@cache
def read_settings() -> Settings:
    """Read the settings of this process from its environment, once.

    Only entry points call this (tasks, DAG files, the page); everything else is handed the object.

    Raises:
        SettingInvalidError: a variable has a value that cannot be used.
    """
    try:
        return Settings()
    except ValidationError as error:
        problems = "; ".join(
            f"{variable(str(problem['loc'][0]))}={problem['input']!r}: {problem['msg']}" for problem in error.errors()
        )
        raise SettingInvalidError(f"{problems}. docs/reference/settings.md lists every setting.") from error
