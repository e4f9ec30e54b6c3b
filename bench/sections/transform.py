"""dbt's models as Airflow tasks (Cosmos) against one plain ``dbt build``."""

from __future__ import annotations

import statistics
from functools import partial

from bench import measure
from bench.airflow import Airflow
from bench.context import Bench
from bench.dbt import build
from bench.history import History
from bench.report import Section, at_most
from local.airflow_api import Task
from local.report import group_times
from local.run import RESTORE_DAG

NAME = "transform"
TITLE = "Transform"

BUILT = ("staging", "marts", "analytics", "operations", "snapshots")
# So many days of a hundred heroes take a build of a minute or more, the time from which on a ratio says something.
LONG_DAYS = 90
LONG_SECONDS = 60
# They take five minutes; elsewhere so many show that the way is open.
SHORT_DAYS = 3


def run(bench: Bench) -> Section:
    """Build the sample warehouse from nothing, by both ways in turns; then a big one, once."""
    airflow = bench.airflow
    plain: list[float] = []
    cosmos: list[float] = []
    models: dict[str, list[float]] = {}
    tasks: dict[str, list[float]] = {}
    for _ in range(bench.scale.repeats):
        seconds, nodes = by_dbt(bench, airflow)
        plain.append(seconds)
        for name, took in nodes.items():
            models.setdefault(name, []).append(took)
        seconds, group = by_cosmos(airflow)
        cosmos.append(seconds)
        for task in group:
            tasks.setdefault(task.task_id.split(".")[1], []).append(task.seconds)
        bench.say(f"  plain dbt build {plain[-1]:.1f} s, Cosmos group {cosmos[-1]:.1f} s")
    nothing_new = [build_once(bench, airflow) for _ in range(bench.scale.repeats)]
    days = LONG_DAYS if bench.scale.name == "large" else SHORT_DAYS
    bench.say(f"  {days} days of history ...")
    History(airflow.site).add_days(days)
    long_plain, _ = by_dbt(bench, airflow)
    long_cosmos, _ = by_cosmos(airflow)
    bench.say(f"  plain dbt build {long_plain:.1f} s, Cosmos group {long_cosmos:.1f} s")
    rows = [
        ("**sample warehouse, all of it**", measure.median_and_range(plain), measure.median_and_range(cosmos)),
        *(
            (name, measure.median_and_range(models[name], 2), measure.median_and_range(tasks[name]))
            for name in models
            if name in tasks
        ),
        ("sample warehouse, nothing new", measure.median_and_range(nothing_new), "skipped"),
        (f"**{days} days of 100 heroes, once**", f"{long_plain:.1f}", f"{long_cosmos:.1f}"),
    ]
    bars = [
        at_most(
            "Cosmos group beyond plain dbt build, sample warehouse",
            statistics.median(cosmos) - statistics.median(plain),
            10,
            " s",
        )
    ]
    if long_plain >= LONG_SECONDS:
        claim = f"Cosmos group against a plain dbt build of {long_plain:.0f} s"
        bars.append(at_most(claim, long_cosmos / long_plain, 1.3, " times", 2))
    return Section(
        NAME,
        TITLE,
        "From an empty warehouse with `raw` filled: one `dbt build` (its start included), and the task group of "
        "`cerebro_restore` from its first task's start to its last one's end. Below, each model with its tests: dbt's "
        "own seconds, and the seconds of its Airflow task, which begins to wait when its parents are done.",
        ("", "plain dbt build s", "Cosmos group s"),
        rows,
        bars,
    )


def by_dbt(bench: Bench, airflow: Airflow) -> tuple[float, dict[str, float]]:
    """Build everything with one dbt; wall seconds, and those of each model with its tests."""
    airflow.forget(*BUILT)
    measured = measure.measure(partial(build, airflow.site, bench.scratch))
    return measured.wall_s, {unique_id.split(".")[2]: seconds for unique_id, seconds in measured.result}


def build_once(bench: Bench, airflow: Airflow) -> float:
    """Wall seconds of a dbt build as things are."""
    return measure.measure(partial(build, airflow.site, bench.scratch)).wall_s


def by_cosmos(airflow: Airflow) -> tuple[float, list[Task]]:
    """Build everything with the task group of a run; its wall seconds, and its tasks."""
    airflow.forget(*BUILT)
    run = airflow.finish(airflow.trigger(RESTORE_DAG))
    tasks = [task for task in airflow.tasks(run) if task.group == "transform"]
    ((_, seconds),) = group_times(tasks)
    return seconds, tasks
