"""One history that grows to a year: the cost of new days, of one more day, and of the questions."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from bench import measure
from bench.context import Bench
from bench.dbt import Built, transform, vacuum
from bench.exponents import at_most_flat, at_most_linear, cpu_points
from bench.history import History
from bench.report import Figure, Section, Target, at_most
from include.cerebro.maintenance.retention.minutes import MONTHS, drop_minutes, move_horizon
from testing.sites import Site

NAME = "days"
TITLE = "Growth with days"

# A year of 100 heroes takes ten minutes; that of 30 takes four, and its days are as far apart.
HEROES = 30
NEW, NEXT = "so many new days at once", "one more day"
FORGOTTEN, DROPPED = "the earliest twelve months leave the marts", "... and `raw`"
# Tables, indexes and the sorts of a build.
GIB_A_DAY = 0.03
# What three tables may take for a hero-minute, as in the section history.
BYTES = 340

TEXT = """
{heroes} heroes have a row a minute, and 24 missions happen a day. One warehouse grows: a load and a mission log a day
are written straight into `raw`. *{new}*: those that bring the history to its next length, built once. *{next}*: on a
history of that length, in turns with nothing else. Each is dbt's build with its start and all tests, and the
conservation check. At last all months but the latest leave: the marts by such a run, `raw` a month in a transaction.
*Services* is PostgreSQL's processor time, *peak* the memory of dbt. The longest history holds {sizes}.
"""


def run(bench: Bench) -> Section:
    """Let the history grow, and at each length add single days and ask the questions.

    Raises:
        RuntimeError: the disk is too small for the longest history.
    """
    needed = GIB_A_DAY * bench.scale.lengths[-1]
    if (free := shutil.disk_usage(bench.scratch).free / 1024**3) < needed:
        raise RuntimeError(
            f"{bench.scratch} has {free:.0f} GiB free; {bench.scale.lengths[-1]} days take about {needed:.0f} GiB. "
            "Free some space, or measure a smaller scale"
        )
    new: dict[int, measure.Sample] = {}
    more: dict[int, measure.Sample] = {}
    answers: dict[tuple[int, str], Figure] = {}
    with bench.site() as site:
        history = History(site, HEROES)
        task = partial(transform, site, bench.scratch)
        for length in bench.scale.lengths:
            added = length - history.days
            bench.say(f"  {added} days into raw ...")
            history.add_days(added)
            built = measure.measure(task, bench.watched)
            bench.say(f"  {added} new days: {built.wall_s:.1f} s")
            new[added] = measure.Sample([built])
            vacuum(site)
            runs = []
            for _ in range(bench.scale.repeats):
                history.add_days(1)
                runs.append(measure.measure(task, bench.watched))
                bench.say(f"  one more day on {history.days - 1}: {runs[-1].wall_s:.1f} s")
            more[length] = measure.Sample(runs)
            for title, query in history.questions().items():
                seconds = [history.seconds_to_answer(query) for _ in range(bench.scale.repeats)]
                answers[length, title] = Figure(seconds, 3)
        layers = history.sizes()
        forgotten = _forget(bench, site, history, task)
    sizes = "; ".join(
        f"`{name}` {rows} and {indexes} of indexes, {a_minute:.0f} bytes a hero-minute"
        for name, rows, indexes, a_minute in layers
    )
    return Section(
        NAME,
        TITLE,
        TEXT.format(heroes=HEROES, new=NEW, next=NEXT, sizes=sizes),
        ("days", "what", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            *(_row(days, NEW, sample) for days, sample in new.items()),
            *(_row(days, NEXT, sample) for days, sample in more.items()),
            *((f"{days:,}", title, seconds, "", "", "") for (days, title), seconds in answers.items()),
            *(_row(history.days, what, sample) for what, sample in forgotten.items()),
        ],
        targets(new, more, answers, sum(a_minute for *_, a_minute in layers)),
    )


def _forget(bench: Bench, site: Site, history: History, task: partial[Built]) -> dict[str, measure.Sample]:
    """Let all months but the last one leave, and return what the marts and raw took; nothing if there is one month."""
    horizon = datetime.fromisoformat(history.last_day()).replace(day=1, tzinfo=UTC)
    if not move_horizon(site.warehouse, horizon, "bench", MONTHS):
        return {}
    samples = {}
    drop = partial(drop_minutes, site.warehouse, horizon, "bench")
    tasks: dict[str, Callable[[], object]] = {FORGOTTEN: task, DROPPED: drop}
    for what, leave in tasks.items():
        left = measure.measure(leave, bench.watched)
        bench.say(f"  {what}: {left.wall_s:.1f} s")
        samples[what] = measure.Sample([left])
    return samples


def _row(days: int, what: str, sample: measure.Sample) -> tuple[str, ...]:
    """Return the row of a build."""
    figures = (sample.text(), sample.text("cpu_s"), sample.text("services_cpu_s"), sample.text("peak_mib", 0))
    return f"{days:,}", what, *figures


def targets(
    new: Mapping[int, measure.Sample],
    more: Mapping[int, measure.Sample],
    answers: Mapping[tuple[int, str], Figure],
    a_minute: float,
) -> list[Target]:
    """Return the claims.

    Args:
        new: the builds of several days by their number.
        more: the builds of one more day by the history's length.
        answers: seconds by length and question.
        a_minute: bytes a hero-minute in raw, fact and big table.
    """
    short, long = min(more), max(more)
    return [
        at_most_linear("new days at once: CPU time", cpu_points(new)),
        at_most_flat(f"one more day on {short} to {long} days: CPU time", cpu_points(more)),
        at_most(
            f"one more day on {long} days against {short}: wall time",
            more[long].median() / more[short].median(), 1.5, " times", 2,
        ),
        *(
            at_most(f"{title} on {long} days of {HEROES} heroes", sorted(seconds.runs)[len(seconds.runs) // 2], 0.3,
                    " s", 3)
            for (days, title), seconds in answers.items() if days == long
        ),
        at_most(f"bytes a hero-minute on {long} days: raw, fact and big table", a_minute, BYTES, " bytes", 0),
    ]  # fmt: skip
