"""`make run`: the main job from nothing to the printed answers."""

import time

import httpx
import psycopg2
from rich.console import Console

from local.airflow_api import POLL_INTERVAL, AirflowApi, Run, Task
from local.progress import show_progress
from local.report import group_times, print_answers, print_times
from local.stack import Stack
from local.state import StackError

SAMPLE_DAG = "cerebro_sample_data"
RESTORE_DAG = "cerebro_restore"
# Bucket and key of what the task publish_report writes.
REPORT = "cerebro-reports/report.html"

# Seconds; a run takes under 90.
DAG_TIMEOUT = 120.0
TRIGGER_TIMEOUT = 60.0
RUN_TIMEOUT = 1800.0


def run(stack: Stack, console: Console) -> int:
    """Run both DAGs under the real scheduler and print the results; return 0 only if everything is green."""
    started = time.monotonic()
    was_up = stack.is_up()
    try:
        if not was_up:
            console.print("Starting PostgreSQL, S3 and Airflow ...")
            # It ends with this command, however that ends; `make up` is for a stack that stays.
            stack.up(console.print, tied=True)
        ready = time.monotonic()
        console.print(f"Ready after {ready - started:.1f} s. Airflow: {stack.state.environment()['AIRFLOW_API_URL']}")
        return _run_dags(stack, console, started, ready)
    finally:
        if not was_up:
            console.print("Stopping PostgreSQL, S3 and Airflow. (make up keeps them running.)")
            stack.down()


def _run_dags(stack: Stack, console: Console, started: float, ready: float) -> int:
    environment = stack.state.environment()
    api = AirflowApi(environment)
    parts = [("start-up", ready - started)]
    try:
        api.log_in()
        for dag_id in (SAMPLE_DAG, RESTORE_DAG):
            api.wait_for_dag(dag_id, DAG_TIMEOUT)
        parts.append(("reading the DAGs", time.monotonic() - ready))
        sample = api.trigger(SAMPLE_DAG)
        green = _follow(api, sample, console, parts)
        if green:
            green = _follow(api, _await_triggered(api, sample, console), console, parts)
    except httpx.HTTPError as error:
        raise StackError(f"Airflow's API failed: {error}. Its log: {stack.state.logs / 'api-server.log'}") from error
    console.print()
    try:
        print_answers(environment["WAREHOUSE_URI"], console)
    except (psycopg2.Error, OSError) as error:
        # After a failed run the tables may be missing. The failed run was reported above.
        console.print(f"The warehouse could not answer: {error}", style="red", markup=False)
        green = False
    report = stack.state.buckets / REPORT
    if report.exists():
        console.print(f"\nThe same as charts: {report.as_uri()}\n(s3://{REPORT}; in Airflow it is the page Cerebro)")
    print_times([*parts, ("total", time.monotonic() - started)], console)
    console.print("\nEverything is green." if green else "\nNot everything is green: see above.", style="bold")
    return 0 if green else 1


def _await_triggered(api: AirflowApi, sample: Run, console: Console) -> Run:
    """Wait for the run that the sample's asset triggers."""
    give_up = time.monotonic() + TRIGGER_TIMEOUT
    with console.status(f"Waiting for the run of {RESTORE_DAG}; an earlier one goes first."):
        while (restore := api.triggered_by(RESTORE_DAG, sample)) is None:
            if api.runs(RESTORE_DAG, state=["running", "queued"], limit=1):
                give_up = time.monotonic() + TRIGGER_TIMEOUT
            if time.monotonic() > give_up:
                raise StackError(
                    f"{SAMPLE_DAG} is done, but no run of {RESTORE_DAG} followed within {TRIGGER_TIMEOUT:.0f} s. "
                    "Is its schedule still the landing zone's asset, and is the scheduler running (make status)?"
                )
            time.sleep(POLL_INTERVAL)
    return restore


def _follow(api: AirflowApi, run: Run, console: Console, parts: list[tuple[str, float]]) -> bool:
    """Show the run's progress until it ends, and add to the parts what it took; whether it is green."""
    started = time.monotonic()
    state, tasks = show_progress(console, api, run, RUN_TIMEOUT)
    for task in tasks:
        if task.state == "failed":
            _explain(api, run, task, console)
    parts += [(run.dag_id, time.monotonic() - started), *group_times(tasks)]
    return state == "success" and not any(task.state in ("failed", "upstream_failed") for task in tasks)


def _explain(api: AirflowApi, run: Run, task: Task, console: Console) -> None:
    console.print(f"\n{run.dag_id}: {task.label} failed. The end of its log:", style="bold red", markup=False)
    try:
        lines = api.log_tail(run, task)
    except httpx.HTTPError as error:
        lines = [f"(it cannot be read: {error})"]
    console.print(*(f"  {line}" for line in lines), sep="\n", markup=False)
    console.print(
        "What to do: correct the cause, then run this again; or keep the stack up (make up), open the run in "
        f"Airflow and clear {task.task_id}: only it and what depends on it run again."
    )
