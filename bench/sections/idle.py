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
from local.processes import find
from local.run import RESTORE_DAG
from testing.services import running, settings_apart

NAME = "idle"
TITLE = "While nothing arrives"

OBJECTS = 10_000
PUTS = 8
# A full listing of so many objects comes every few minutes.
SECONDS = 300
QUIET_SECONDS = 30

TEXT = """
The triggerer's processor time in {minutes} minutes without an arrival, as a share of one core: with the watch turned
off, and with it over a landing zone of {objects} objects, all of them loaded.
"""


def run(bench: Bench) -> Section:
    """Measure the triggerer of a stack without the watch, then that of one with it."""
    product = {"CEREBRO_ARRIVAL_SECONDS": "0"}
    bench.say("Starting Airflow without the watch ...")
    with running(settings_apart(bench.scratch / "unwatched"), airflow=True, product=product) as values:
        without, _ = share(Airflow(values), values["CEREBRO_STATE_DIR"], bench)
    bench.say("Starting Airflow with the watch ...")
    with running(settings_apart(bench.scratch / "watched"), airflow=True) as values:
        airflow = Airflow(values)
        write_readings(path := bench.scratch / "idle.parquet", 0, 10)
        put = partial(airflow.site.client.put_object, Bucket=airflow.site.bucket, Body=path.read_bytes())
        bench.say(f"  {OBJECTS:,} objects ...")
        with ThreadPoolExecutor(PUTS) as pool:
            list(pool.map(lambda number: put(Key=f"biometrics/{number:06}.parquet"), range(OBJECTS)))
        # The embedded store lists new objects so slowly that quiet says nothing.
        wait_for_count(airflow.site.warehouse, LOADER_ROLE, "known", {"keys": "biometrics/______.parquet"}, OBJECTS)
        with_watch, runs = share(airflow, values["CEREBRO_STATE_DIR"], bench)
    return Section(
        NAME,
        TITLE,
        TEXT.format(minutes=SECONDS // 60, objects=f"{OBJECTS:,}"),
        ("", "% of a core", "runs"),
        [
            ("without the watch", f"{without:.2f}", ""),
            (f"**with the watch over {OBJECTS:,} objects**", f"{with_watch:.2f}", str(runs)),
        ],
        [
            at_most("the watch's share of a core", with_watch - without, 1, " %", 2),
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


def share(airflow: Airflow, state_folder: str, bench: Bench) -> tuple[float, int]:
    """Return the triggerer's processor time in percent of a core, and how many runs arrivals started meanwhile."""
    settle(airflow)
    before = arrivals(airflow)
    triggerer = find(state_folder, "triggerer")
    used = cpu_s(triggerer)
    time.sleep(SECONDS)
    percent = (cpu_s(triggerer) - used) / SECONDS * 100
    bench.say(f"  {percent:.2f} % of a core")
    return percent, arrivals(airflow) - before


def arrivals(airflow: Airflow) -> int:
    """Return how many runs an arrival has started."""
    return sum(each.run_id.startswith("asset_triggered") for each in airflow.runs(RESTORE_DAG, limit=100))
