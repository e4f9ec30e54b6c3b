"""What the watch over a landing zone costs while nothing arrives."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from bench.airflow import Airflow
from bench.context import Bench
from bench.landing import write_readings
from bench.processes import cpu_s
from bench.report import Section, at_most
from bench.waiting import wait_for_count
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.settings import Settings
from local.processes import find
from local.run import RESTORE_DAG
from testing.services import running, settings_apart

NAME = "idle"
TITLE = "While nothing arrives"

OBJECTS = 10_000
PUTS = 8
QUIET_SECONDS = 30

TEXT = """
The triggerer's processor time in {minutes} minutes without an arrival, as a share of one core: of a stack with the
watch turned off, and of one with it over a landing zone of {objects} objects, all of them loaded. Both run side by
side: what a process costs that sleeps most of the time varies by three times on the same machine.
"""


def run(bench: Bench) -> Section:
    """Measure the triggerers of a stack with the watch and of one without it, in the same time."""
    seconds = bench.scale.idle_seconds
    # Other stacks of the benchmark have no audit.
    product = {"CEREBRO_AUDIT_SCHEDULE": Settings().audit_schedule}
    unwatched = product | {"CEREBRO_ARRIVAL_SECONDS": "0"}
    bench.say("Starting Airflow without the watch, and Airflow with it ...")
    with (
        running(settings_apart(bench.scratch / "unwatched"), airflow=True, product=unwatched) as without,
        running(settings_apart(bench.scratch / "watched"), airflow=True, product=product) as watching,
    ):
        airflow = Airflow(watching)
        write_readings(path := bench.scratch / "idle.parquet", 0, 10)
        put = partial(airflow.site.client.put_object, Bucket=airflow.site.bucket, Body=path.read_bytes())
        bench.say(f"  {OBJECTS:,} objects ...")
        with ThreadPoolExecutor(PUTS) as pool:
            list(pool.map(lambda number: put(Key=f"biometrics/{number:06}.parquet"), range(OBJECTS)))
        # The embedded store lists new objects so slowly that quiet says nothing.
        wait_for_count(airflow.site.warehouse, LOADER_ROLE, "known", {"keys": "biometrics/______.parquet"}, OBJECTS)
        settle(airflow)
        bench.say(f"  {seconds:,} s without an arrival ...")
        before = runs_without_reason(airflow)
        triggerers = [find(values["CEREBRO_STATE_DIR"], "triggerer") for values in (without, watching)]
        used = [cpu_s(triggerer) for triggerer in triggerers]
        time.sleep(seconds)
        alone, with_watch = (
            (cpu_s(triggerer) - until_then) / seconds * 100
            for triggerer, until_then in zip(triggerers, used, strict=True)
        )
        runs = runs_without_reason(airflow) - before
    return Section(
        NAME,
        TITLE,
        TEXT.format(minutes=seconds // 60, objects=f"{OBJECTS:,}"),
        ("", "% of a core", "runs but audits"),
        [
            ("without the watch", f"{alone:.2f}", ""),
            (f"**with the watch over {OBJECTS:,} objects**", f"{with_watch:.2f}", str(runs)),
        ],
        [
            at_most("the watch's share of a core", with_watch - alone, 1, " %", 2),
            at_most("the triggerer's share, the watch's and Airflow's own", with_watch, 1, " %", 2),
            at_most("runs without a reason", runs, 0, "", 0),
        ],
    )


def settle(airflow: Airflow) -> None:
    """Wait until no run has been active for a while."""
    quiet_since = time.monotonic()
    while time.monotonic() < quiet_since + QUIET_SECONDS:
        if any(each.state in ("queued", "running") for each in airflow.runs(RESTORE_DAG, limit=10)):
            quiet_since = time.monotonic()
        time.sleep(1)


def runs_without_reason(airflow: Airflow) -> int:
    """Return how many runs there are that are no audit."""
    return sum(not each.run_id.startswith("scheduled") for each in airflow.runs(RESTORE_DAG, limit=100))
