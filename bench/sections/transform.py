"""dbt's models as Airflow tasks (Cosmos), compared with one plain ``dbt build``."""

from __future__ import annotations

import statistics
from functools import partial

from bench import measure
from bench.context import Bench
from bench.dbt import BUILT, build
from bench.history import History
from bench.report import Section, at_most
from local.airflow_api import Task
from local.report import group_times
from local.run import RESTORE_DAG

NAME = "transform"
TITLE = "Transform"

TEXT = """
The warehouse is empty, and `raw` is filled. The first column is one `dbt build`, its start included. The second one is
the task group of `cerebro_restore`, from the start of its first task to the end of its last one. The rows below are the
models, each with its tests: dbt's own seconds, and the seconds of the model's Airflow task, which starts to wait when
the tasks of its parents are done.
"""

# Days of a hundred heroes whose build takes a minute or more: a ratio of shorter builds says little. Both ways together
# take five minutes, so only the large scale measures them.
LONG_DAYS = 90
LONG_SECONDS = 60


def run(bench: Bench) -> Section:
    """Compare both ways on the sample warehouse; at the large scale also on a larger one, once."""
    airflow = bench.airflow
    models: dict[str, list[float]] = {}
    tasks: dict[str, list[float]] = {}
    for one in bench.rounds:
        for unique_id, took in one.dbt.nodes:
            models.setdefault(unique_id.split(".")[2], []).append(took)
        for task in group(one.tasks):
            tasks.setdefault(task.task_id.split(".")[1], []).append(task.seconds)
    plain = [one.dbt.seconds for one in bench.rounds]
    cosmos = [group_seconds(one.tasks) for one in bench.rounds]
    rows = [
        ("**sample warehouse, all of it**", measure.median_and_range(plain), measure.median_and_range(cosmos)),
        *(
            (name, measure.median_and_range(models[name], 2), measure.median_and_range(tasks[name]))
            for name in models
            if name in tasks
        ),
    ]
    targets = [
        at_most(
            "sample warehouse: Cosmos group minus plain dbt build",
            statistics.median(cosmos) - statistics.median(plain),
            10,
            " s",
        )
    ]
    if bench.scale.name == "large":
        nothing_new = [build_once(bench) for _ in range(bench.scale.repeats)]
        rows.append(("sample warehouse, nothing new", measure.median_and_range(nothing_new), "skipped"))
        bench.say(f"  {LONG_DAYS} days of history ...")
        History(airflow.site).add_days(LONG_DAYS)
        airflow.empty(*BUILT)
        long_plain = build_once(bench)
        airflow.empty(*BUILT)
        long_cosmos = group_seconds(airflow.tasks(airflow.finish(airflow.trigger(RESTORE_DAG))))
        rows.append((f"**{LONG_DAYS} days of 100 heroes, once**", f"{long_plain:.1f}", f"{long_cosmos:.1f}"))
        if long_plain >= LONG_SECONDS:
            claim = f"Cosmos group against a plain dbt build of {long_plain:.0f} s"
            targets.append(at_most(claim, long_cosmos / long_plain, 1.3, " times", 2))
    return Section(
        NAME,
        TITLE,
        TEXT,
        ("", "plain dbt build s", "Cosmos group s"),
        rows,
        targets,
    )


def build_once(bench: Bench) -> float:
    """Return the wall seconds of one dbt build on the warehouse as it is."""
    return measure.measure(partial(build, bench.airflow.site, bench.scratch)).wall_s


def group(tasks: list[Task]) -> list[Task]:
    """Return the tasks of the group transform."""
    return [task for task in tasks if task.group == "transform"]


def group_seconds(tasks: list[Task]) -> float:
    """Return the seconds from the start of the group's first task to the end of its last one."""
    ((_, seconds),) = group_times(group(tasks))
    return seconds
