"""Law 7: adding a day costs what the day costs, however long the history is; and what the questions take on it."""

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
# Tables, indexes, and what a build sorts: 30 GiB for a year.
GIB_A_DAY = 0.1


def run(bench: Bench) -> Section:
    """Build a week and a long history, then add the same number of days to each, in turns."""
    free = shutil.disk_usage(bench.scratch).free / 1024**3
    if free < GIB_A_DAY * bench.scale.days:
        raise RuntimeError(
            f"{bench.scale.days} days take some {GIB_A_DAY * bench.scale.days:.0f} GiB of disk, {free:.0f} are free. "
            "Make room, or measure a smaller scale"
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
    """Add days to a short and to a long history, whose first builds were measured, and put the questions to both."""
    names = [f"{history.days} days" for history in histories]
    runs: list[list[measure.Measurement]] = [[], []]
    for number in range(bench.scale.repeats):
        # Every second round backwards: neither is always first.
        for which in (0, 1)[:: -1 if number % 2 else 1]:
            histories[which].add_days(1)
            task = partial(transform, histories[which].site, bench.scratch)
            runs[which].append(measure.measure(task, bench.watched))
            bench.say(f"  a day more than {names[which]}: {runs[which][-1].wall_s:.1f} s")
    week, long = (measure.Sample(measured) for measured in runs)
    answers = {
        title: [
            [history.seconds_to_answer(history.questions()[title]) for _ in range(bench.scale.repeats)]
            for history in histories
        ]
        for title in histories[0].questions()
    }
    if bench.scale.name != "small":
        PLANS.write_text(plans(histories[1]), encoding="utf-8")
    sizes = "; ".join(f"`{name}` {rows} and {indexes} of indexes" for name, rows, indexes in histories[1].sizes())
    rows = [
        ("first build, once: wall s", *(f"{build.wall_s:,.0f}" for build in builds), ""),
        ("first build, once: PostgreSQL's CPU s", *(f"{build.services_cpu_s:,.0f}" for build in builds), ""),
        ("a day more: wall s", week.text(), long.text(), _times(long.median(), week.median())),
        (
            "a day more: PostgreSQL's CPU s",
            week.text("services_cpu_s"),
            long.text("services_cpu_s"),
            _times(long.median("services_cpu_s"), week.median("services_cpu_s")),
        ),
        *(
            (f"{title}: ms", *(measure.median_and_range([1000 * each for each in some]) for some in seconds), "")
            for title, seconds in answers.items()
        ),
    ]
    return Section(
        NAME,
        TITLE,
        f"{HEROES} heroes with a row a minute and 24 missions a day, put straight into `raw`; a load and a mission log "
        "a day. A run is dbt's build with its tests, and the conservation check. The long history: "
        f"{sizes}. Its plans are in [query-plans.md](explanation/query-plans.md).",
        ("", *names, "times"),
        rows,
        [
            at_most(
                f"A day more: {names[1]} against {names[0]}, wall time", long.median() / week.median(), 1.5, " times", 2
            ),
            at_most(
                f"A day more: {names[1]} against {names[0]}, PostgreSQL's CPU time",
                long.median("services_cpu_s") / week.median("services_cpu_s"), 1.5, " times", 2,
            ),
            *(
                at_most(f"{title} on {names[1]}", statistics.median(seconds[1]), 1, " s", 3)
                for title, seconds in answers.items()
            ),
        ],
    )  # fmt: skip


def _times(measured: float, base: float) -> str:
    return f"{measured / base:.2f}"


def plans(history: History) -> str:
    """docs/explanation/query-plans.md: how PostgreSQL answers each question on this history."""
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
