"""`make run`: the main job from nothing to the printed answers."""

import time
from collections.abc import Mapping
from typing import Any

import httpx
import psycopg2
from rich.console import Console

from local.airflow_api import FINAL_RUN_STATES, AirflowApi, Run, Task
from local.progress import Progress
from local.report import group_times, print_answers, print_times
from local.settings import StackError
from local.stack import Stack

SAMPLE_DAG = "cerebro_sample_data"
RESTORE_DAG = "cerebro_restore"
# Bucket and key of what the task publish_report writes.
REPORT = "cerebro-reports/report.html"
# The tasks of this group return what they loaded.
LOAD_GROUP = "load"

# Seconds. Far above what a run takes (under 90), far below what a person waits without looking.
DAG_TIMEOUT = 120.0
TRIGGER_TIMEOUT = 60.0
RUN_TIMEOUT = 1800.0
POLL_INTERVAL = 0.5

_FAILED = ("failed", "upstream_failed")


def run(stack: Stack, console: Console) -> int:
    """Run both DAGs under the real scheduler and print what came out; 0 only if everything is green."""
    started = time.monotonic()
    was_up = stack.is_up()
    try:
        if not was_up:
            console.print("Starting PostgreSQL, S3 and Airflow ...")
            # It is to end with this command, however that ends; `make up` is for one that stays.
            stack.up(console.print, tied=True)
        ready = time.monotonic()
        console.print(f"Ready after {ready - started:.1f} s. Airflow: {stack.environment()['AIRFLOW_API_URL']}")
        return _run_dags(stack, console, started, ready)
    finally:
        if not was_up:
            console.print("Stopping PostgreSQL, S3 and Airflow. (make up keeps them running.)")
            stack.down()


def _run_dags(stack: Stack, console: Console, started: float, ready: float) -> int:
    environment = stack.environment()
    api = AirflowApi(environment)
    parts = [("start-up", ready - started)]
    try:
        api.log_in()
        api.wait_for_dag(SAMPLE_DAG, DAG_TIMEOUT)
        api.wait_for_dag(RESTORE_DAG, DAG_TIMEOUT)
        parts.append(("reading the DAGs", time.monotonic() - ready))
        sample = api.trigger(SAMPLE_DAG)
        green, tasks, seconds = _follow(api, sample, console)
        parts += [(SAMPLE_DAG, seconds), *group_times(tasks)]
        if green:
            restore = _await_triggered(api, sample, console)
            green, tasks, seconds = _follow(api, restore, console)
            parts += [(RESTORE_DAG, seconds), *group_times(tasks)]
    except httpx.HTTPError as error:
        raise StackError(f"Airflow's API failed: {error}. Its log: {stack.state.logs / 'api-server.log'}") from error
    console.print()
    try:
        print_answers(environment["WAREHOUSE_URI"], console)
    except (psycopg2.Error, OSError) as error:
        # After a failed run there may be nothing to ask yet, and the failure is what matters.
        console.print(f"The warehouse could not answer: {error}", style="red", markup=False)
        green = False
    report = stack.state.buckets / REPORT
    if report.exists():
        console.print(f"\nThe same as charts: {report.as_uri()}\n(s3://{REPORT}; in Airflow it is the page Cerebro)")
    print_times(parts, time.monotonic() - started, console)
    console.print("\nEverything is green." if green else "\nNot everything is green: see above.", style="bold")
    return 0 if green else 1


def _await_triggered(api: AirflowApi, sample: Run, console: Console) -> Run:
    """Wait for the run that the sample's asset triggers; an earlier one that is at work goes first."""
    started = idle_since = time.monotonic()
    told = False
    while time.monotonic() - idle_since < TRIGGER_TIMEOUT and time.monotonic() - started < RUN_TIMEOUT:
        restore = api.triggered_by(RESTORE_DAG, sample)
        if restore:
            return restore
        if api.is_running(RESTORE_DAG):
            idle_since = time.monotonic()
            if not told and idle_since - started > 2:
                console.print(f"\nAn earlier run of {RESTORE_DAG} is at work. The new one follows when it is done.")
                told = True
        time.sleep(POLL_INTERVAL)
    raise StackError(
        f"{SAMPLE_DAG} is done, but no run of {RESTORE_DAG} followed within {TRIGGER_TIMEOUT:.0f} s. "
        "Is its schedule still the landing zone's asset, and is the scheduler running (make status)?"
    )


def _follow(api: AirflowApi, run: Run, console: Console) -> tuple[bool, list[Task], float]:
    """Show the run's progress until it ends; whether it is green, its tasks, its seconds."""
    started = time.monotonic()

    def loaded(task: Task) -> Mapping[str, Any] | None:
        result = api.result(run, task) if task.group == LOAD_GROUP else None
        return result if isinstance(result, Mapping) and "rows_loaded" in result else None

    with Progress(console, run.dag_id, loaded) as progress:
        while True:
            # The state first: tasks read after the end are complete.
            state = api.run(run.dag_id, run.run_id).state
            tasks = api.tasks(run)
            progress.show(tasks)
            if state in FINAL_RUN_STATES:
                break
            if time.monotonic() - started > RUN_TIMEOUT:
                raise StackError(f"{run.dag_id} is still at work after {RUN_TIMEOUT:.0f} s; this command gives up.")
            time.sleep(POLL_INTERVAL)
    failed = [task for task in tasks if task.state in _FAILED]
    for task in failed:
        if task.state == "failed":
            _explain(api, run, task, console)
    return state == "success" and not failed, tasks, time.monotonic() - started


def _explain(api: AirflowApi, run: Run, task: Task, console: Console) -> None:
    console.print(f"\n{run.dag_id}: {task.label} failed. The end of its log:", style="bold red", markup=False)
    try:
        for line in api.log_tail(run, task):
            console.print(f"  {line}", markup=False)
    except httpx.HTTPError as error:
        console.print(f"  (it cannot be read: {error})", markup=False)
    console.print(
        "What to do: mend the cause, then run this again; or keep the stack up (make up), open the run in "
        f"Airflow and clear {task.task_id}: only it and what depends on it run again.",
        markup=False,
    )
