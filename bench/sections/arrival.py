"""From an object's arrival to its rows in the big table, with the watcher and the real scheduler."""

from __future__ import annotations

import shutil
import statistics
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from bench import measure
from bench.airflow import Airflow
from bench.candidates import restore_all
from bench.context import Bench
from bench.processes import Services
from bench.report import Section, at_most
from bench.waiting import SQL, wait_for_count
from include.cerebro.platform.names import ANALYST_ROLE
from local.run import RESTORE_DAG
from testing.services import running, settings_apart
from testing.sites import Site

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NAME = "arrival"
TITLE = "From an arrival to the answer"

HERO = "Hulk"
# No reading of the sample is as old.
FIRST_HOUR = datetime(2024, 3, 1)  # noqa: DTZ001 - the warehouse's timestamps have no zone
# With the end of its run an arrival takes half a minute.
ARRIVALS = {"small": 4, "default": 20, "large": 20}
# Every so many arrivals the same is done without Airflow: 5 s, which vary little.
EVERY = 4

TEXT = """
Objects of 3,600 readings (an hour of one hero) arrive in a landing zone with the sample data, one after the other has
been answered. *Arrival to rows* begins when the object store has accepted the object, and ends when
`analytics.obt_cerebro_restored` has its minutes; the watcher looks every three seconds. *Work* is the same functions
and one `dbt build` for such an object, one after the other, in one process without Airflow. *Airflow* is the difference
of the medians. *CPU* is the processor time of the whole stack until the rows are there, and until the end of the run.
"""


def run(bench: Bench) -> Section:
    """Let objects arrive, and do every fourth of them without Airflow, too."""
    folder = bench.folder / "watched"
    shutil.rmtree(folder, ignore_errors=True)
    bench.say("Starting Airflow with the watch and the sample data ...")
    with running(settings_apart(folder), airflow=True) as values:
        return measure_arrivals(bench, Airflow(values), Services(str(folder)))


def measure_arrivals(bench: Bench, airflow: Airflow, stack: Services) -> Section:
    """Measure on a running stack.

    Args:
        bench: the run of the benchmark.
        airflow: the stack, with its watch.
        stack: its processes.
    """
    waits: list[float] = []
    works: list[float] = []
    answered: list[float] = []
    ended: list[float] = []
    with bench.site() as site:
        _copy(airflow.site, site)
        restore_all(site, bench.scratch)
        for number in range(ARRIVALS[bench.scale.name]):
            before = {known.run_id for known in airflow.runs(RESTORE_DAG, limit=100)}
            hour = FIRST_HOUR + timedelta(hours=number)
            used = stack.cpu_s()
            put(airflow.site, bench.scratch, hour)
            arrived = {"hero": HERO, "hour": hour}
            waits.append(wait_for_count(airflow.site.warehouse, ANALYST_ROLE, "arrived", arrived, 60))
            answered.append(stack.cpu_s() - used)
            for started in airflow.runs(RESTORE_DAG, limit=100):
                if started.run_id not in before:
                    airflow.finish(started)
            ended.append(stack.cpu_s() - used)
            bench.say(
                f"  arrival to rows {waits[-1]:.1f} s; CPU {answered[-1]:.1f} s, with the run's end {ended[-1]:.1f} s"
            )
            if number % EVERY == 0:
                put(site, bench.scratch, hour)
                works.append(measure.measure(partial(restore_all, site, bench.scratch)).wall_s)
                bench.say(f"  work {works[-1]:.1f} s")
    # Of 20 values the second largest is the 95th percentile.
    p95 = sorted(waits)[round(0.95 * len(waits)) - 1]
    more = statistics.median(waits) - statistics.median(works)
    return Section(
        NAME,
        TITLE,
        TEXT,
        ("", "s"),
        [
            ("**arrival to rows**", measure.median_and_range(waits)),
            ("... 95 of 100 within", f"{p95:.1f}"),
            ("work", measure.median_and_range(works)),
            ("Airflow", f"{more:.1f}"),
            ("CPU until the rows", measure.median_and_range(answered)),
            ("CPU until the run's end", measure.median_and_range(ended)),
        ],
        [
            at_most("arrival to rows, 95 of 100", p95, 20, " s"),
            at_most("Airflow's share of it", more, 10, " s"),
        ],
    )


def put(site: Site, scratch: Path, hour: datetime) -> None:
    """Deliver the readings of an hour."""
    path = scratch / "arrival.parquet"
    with duckdb.connect() as connection:
        connection.execute("set variable hour = ?", [hour])
        connection.execute("set variable hero = ?", [HERO])
        query = (SQL / "arrival.sql").read_text(encoding="utf-8")
        connection.execute(f"copy ({query}) to ? (format parquet)", [str(path)])
    site.client.put_object(Bucket=site.bucket, Key=f"biometrics/{hour:%Y-%m-%dT%H}.parquet", Body=path.read_bytes())


def _copy(source: Site, target: Site) -> None:
    """Copy all objects of one landing zone into the other."""
    client: S3Client = source.client
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=source.bucket):
        for entry in page.get("Contents", []):
            body = client.get_object(Bucket=source.bucket, Key=entry["Key"])["Body"].read()
            target.client.put_object(Bucket=target.bucket, Key=entry["Key"], Body=body)
