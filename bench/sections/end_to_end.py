"""A run from the trigger to the answers: the share of the work and the share of Airflow."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import time
from datetime import UTC, datetime, timedelta

from bench import measure
from bench.context import Bench
from bench.report import Section, at_most
from local.airflow_api import Task
from local.report import group_times
from local.settings import REPOSITORY
from testing.services import settings_apart

# A minute each.
COMMANDS = {"small": 0, "default": 0, "large": 3}

NAME = "end_to_end"
TITLE = "End to end"

TEXT = """
The sample landing zone is restored into an empty warehouse. *Work* is the same functions and one `dbt build`, one after
the other, in one process without Airflow. *Airflow* is the rest of the run; part of it is the time in which no task ran
(scheduling). A group lasts from the start of its first task to the end of its last one. The arrival watch is off, so
that no run waits for one that an arrival has started. The last row, of the large scale alone, is the command `make run`
from its start to its end: all services start, the sample data are written, the main job runs, everything stops.
"""


def run(bench: Bench) -> Section:
    """Compare the runs with the same work without Airflow, then measure `make run`."""
    totals: list[float] = []
    idle: list[float] = []
    groups: dict[str, list[float]] = {}
    for one in bench.rounds:
        answered = next(task.end for task in one.tasks if task.task_id == "publish_answers" and task.end)
        totals.append((answered - one.triggered).total_seconds())
        idle.append(totals[-1] - busy_seconds(one.tasks, answered))
        for name, seconds in group_times(one.tasks):
            groups.setdefault(name.strip(), []).append(seconds)
    work = [one.work.wall_s for one in bench.rounds]
    commands = [make_run(bench) for _ in range(COMMANDS[bench.scale.name])]
    airflow_s = [total - worked for total, worked in zip(totals, work, strict=True)]
    return Section(
        NAME,
        TITLE,
        TEXT,
        ("", "s"),
        [
            ("**trigger to answers**", measure.median_and_range(totals)),
            ("of it work", measure.median_and_range(work)),
            ("of it Airflow", measure.median_and_range(airflow_s)),
            ("... while no task ran", measure.median_and_range(idle)),
            *((f"`{name}`", measure.median_and_range(seconds)) for name, seconds in groups.items()),
            *((("**`make run`**", measure.median_and_range(commands)),) if commands else ()),
        ],
        [
            at_most("sample landing zone, from the trigger to the answers", statistics.median(totals), 14, " s"),
            *(
                [at_most("make run, from the command to the answers", statistics.median(commands), 90, " s", 0)]
                if commands
                else []
            ),
        ],
    )


def busy_seconds(tasks: list[Task], until: datetime) -> float:
    """Return the seconds in which at least one task ran.

    Args:
        tasks: task instances of one run.
        until: later seconds do not count.
    """
    busy = timedelta()
    reached = datetime.min.replace(tzinfo=UTC)
    for start, end in sorted((task.start, task.end) for task in tasks if task.start and task.end):
        start, end = max(start, reached), min(end, until)
        if end > start:
            busy += end - start
            reached = end
    return busy.total_seconds()


def make_run(bench: Bench) -> float:
    """Return the wall seconds of `make run` in a state folder of its own.

    Raises:
        RuntimeError: it failed. The message is its output.
    """
    folder = bench.folder / "make-run"
    shutil.rmtree(folder, ignore_errors=True)
    started = time.monotonic()
    done = subprocess.run(
        ["make", "run"],
        cwd=REPOSITORY,
        env=os.environ | settings_apart(folder).environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    shutil.rmtree(folder, ignore_errors=True)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    bench.say(f"  make run {seconds:.0f} s")
    return seconds
