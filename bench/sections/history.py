"""One more day on a short and on a long history, and the questions to both: a run costs what is new."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from bench import measure
from bench.context import Bench
from bench.dbt import transform
from bench.history import HEROES, History
from bench.report import Section, at_most
from local.settings import REPOSITORY

NAME = "history"
TITLE = "History"

WEEK = 7
PLANS = REPOSITORY / "docs" / "explanation" / "query-plans.md"
# Tables, indexes and the sorts of a build take 30 GiB of disk for a year.
GIB_A_DAY = 0.1

TEXT = """
{heroes} heroes have a row a minute, and 24 missions happen a day. A load and a mission log a day are written straight
into `raw`. A run is dbt's build with its tests, and the conservation check. The long history holds {sizes}. Its query
plans are in [query-plans.md]({plans}).
"""


def run(bench: Bench) -> Section:
    """Build a week and a long history, then add days to both in turns.

    Raises:
        RuntimeError: the disk is too small for the long history.
    """
    free = shutil.disk_usage(bench.scratch).free / 1024**3
    if free < GIB_A_DAY * bench.scale.days:
        raise RuntimeError(
            f"{bench.scratch} has {free:.0f} GiB free; {bench.scale.days} days of history take about "
            f"{GIB_A_DAY * bench.scale.days:.0f} GiB. Free some space, or measure a smaller scale"
        )
    with ExitStack() as sites:
        histories = [History(sites.enter_context(bench.site())) for _ in range(2)]
        builds = []
        for history, days in zip(histories, (WEEK, bench.scale.days), strict=True):
            bench.say(f"  {days} days of {HEROES} heroes into raw ...")
            history.add_days(days)
            builds.append(measure.measure(partial(transform, history.site, bench.scratch), bench.watched))
            bench.say(f"  first build: {builds[-1].wall_s:.0f} s")
        return compare(bench, histories, builds)


def compare(bench: Bench, histories: Sequence[History], builds: Sequence[measure.Measurement]) -> Section:
    """Add days to a short and to a long history, and measure the questions on both.

    Args:
        bench: the run of the benchmark.
        histories: the short one and the long one.
        builds: the measurements of their first builds.
    """
    names = [f"{history.days} days" for history in histories]
    runs: list[list[measure.Measurement]] = [[], []]
    for number in range(bench.scale.repeats):
        for which in measure.in_turns((0, 1), number):
            histories[which].add_days(1)
            task = partial(transform, histories[which].site, bench.scratch)
            runs[which].append(measure.measure(task, bench.watched))
            bench.say(f"  one more day on {names[which]}: {runs[which][-1].wall_s:.1f} s")
    week, long = (measure.Sample(measured) for measured in runs)
    questions = [history.questions() for history in histories]
    answers = {
        title: [
            [history.seconds_to_answer(queries[title]) for _ in range(bench.scale.repeats)]
            for history, queries in zip(histories, questions, strict=True)
        ]
        for title in questions[0]
    }
    if bench.scale.name != "small":
        PLANS.write_text(plans(histories[1]), encoding="utf-8")
    layers = [history.sizes() for history in histories]
    sizes = "; ".join(f"`{name}` {rows} and {indexes} of indexes" for name, rows, indexes, _ in layers[1])
    rows = [
        ("first build, once: wall s", *(f"{build.wall_s:,.0f}" for build in builds), ""),
        ("first build, once: PostgreSQL's CPU s", *(f"{build.services_cpu_s:,.0f}" for build in builds), ""),
        ("one more day: wall s", week.text(), long.text(), _times(long.median(), week.median())),
        (
            "one more day: PostgreSQL's CPU s",
            week.text("services_cpu_s"),
            long.text("services_cpu_s"),
            _times(long.median("services_cpu_s"), week.median("services_cpu_s")),
        ),
        *(
            (f"{title}: ms", *(measure.median_and_range([1000 * each for each in some]) for some in seconds), "")
            for title, seconds in answers.items()
        ),
        *(
            (f"`{short[0]}`: bytes a hero-minute", f"{short[-1]:.0f}", f"{long_[-1]:.0f}", "")
            for short, long_ in zip(*layers, strict=True)
        ),
    ]
    return Section(
        NAME,
        TITLE,
        TEXT.format(heroes=HEROES, sizes=sizes, plans=PLANS.relative_to(REPOSITORY / "docs").as_posix()),
        ("", *names, "times"),
        rows,
        [
            at_most(
                f"one more day: {names[1]} against {names[0]}, wall time",
                long.median() / week.median(), 1.5, " times", 2,
            ),
            at_most(
                f"one more day: {names[1]} against {names[0]}, PostgreSQL's CPU time",
                long.median("services_cpu_s") / week.median("services_cpu_s"), 1.5, " times", 2,
            ),
            *(
                at_most(f"{title} on {names[1]}", statistics.median(seconds[1]), 0.3, " s", 3)
                for title, seconds in answers.items()
            ),
            at_most(
                f"bytes a hero-minute on {names[1]}: raw, fact and big table",
                sum(layer[-1] for layer in layers[1]), 340, " bytes", 0,
            ),
        ],
    )  # fmt: skip


def _times(measured: float, base: float) -> str:
    """Return the ratio as the table shows it."""
    return f"{measured / base:.2f}"


def plans(history: History) -> str:
    """Return the page of query plans: how PostgreSQL answers each question on this history."""
    lines = [
        "# Query plans",
        "",
        f"Written by `make bench` on {history.days} days of {HEROES} heroes, a row a minute: what PostgreSQL does for "
        "the two questions",
        "and for a lookup by hero and time.",
        "",
    ]
    for title, query in history.questions().items():
        lines += [f"## {title}", "", "```sql", query.strip(), "```", "", "```", history.plan(query), "```", ""]
    return "\n".join(lines)
