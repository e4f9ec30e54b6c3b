"""First builds, one more day, and questions on growing histories: a run costs what is new."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from bench import measure
from bench.context import Bench
from bench.dbt import transform
from bench.history import HEROES, History
from bench.report import Figure, Section, Target, at_most, value_of
from local.settings import REPOSITORY

NAME = "history"
TITLE = "Growth with days"

FIRST, NEXT = "first build", "one more day"
PLANS = REPOSITORY / "docs" / "explanation" / "query-plans.md"
# Tables, indexes and the sorts of a build take 30 GiB of disk for a year.
GIB_A_DAY = 0.1
# Two thirds of what a hero-minute took in raw, fact and big table before they were made smaller.
BYTES = 340

TEXT = """
{heroes} heroes have a row a minute, and 24 missions happen a day. A load and a mission log a day are written straight
into `raw`. *{first}* makes all tables from nothing, once; *{more}* comes to each history in turns. Both are dbt's build
with its tests, and the conservation check. The longest history holds {sizes}. Its query plans are in
[query-plans.md]({plans}).
"""


def run(bench: Bench) -> Section:
    """Build histories of growing lengths, add days to all of them in turns, and ask all of them.

    Raises:
        RuntimeError: the disk is too small for the histories.
    """
    needed = GIB_A_DAY * sum(bench.scale.days)
    if (free := shutil.disk_usage(bench.scratch).free / 1024**3) < needed:
        raise RuntimeError(
            f"{bench.scratch} has {free:.0f} GiB free; {sum(bench.scale.days)} days of history take about "
            f"{needed:.0f} GiB. Free some space, or measure a smaller scale"
        )
    with ExitStack() as sites:
        histories = {days: History(sites.enter_context(bench.site())) for days in bench.scale.days}
        runs: dict[tuple[int, str], list[measure.Measurement]] = {}
        for days, history in histories.items():
            bench.say(f"  {days} days of {HEROES} heroes into raw ...")
            history.add_days(days)
            built = measure.measure(partial(transform, history.site, bench.scratch), bench.watched)
            runs[days, FIRST] = [built]
            bench.say(f"  first build: {built.wall_s:.0f} s")
        for number in range(bench.scale.repeats):
            for days in measure.in_turns(tuple(histories), number):
                histories[days].add_days(1)
                built = measure.measure(partial(transform, histories[days].site, bench.scratch), bench.watched)
                runs.setdefault((days, NEXT), []).append(built)
                bench.say(f"  one more day on {days} days: {built.wall_s:.1f} s")
        samples = {key: measure.Sample(its) for key, its in runs.items()}
        answers = {
            (days, title): Figure([history.seconds_to_answer(query) for _ in range(bench.scale.repeats)], 3)
            for days, history in histories.items()
            for title, query in history.questions().items()
        }
        longest = histories[bench.scale.days[-1]]
        if bench.scale.name != "small":
            PLANS.write_text(plans(longest), encoding="utf-8")
        layers = longest.sizes()
    sizes = "; ".join(
        f"`{name}` {rows} and {indexes} of indexes, {a_minute:.0f} bytes a hero-minute"
        for name, rows, indexes, a_minute in layers
    )
    return Section(
        NAME,
        TITLE,
        TEXT.format(
            heroes=HEROES,
            first=FIRST,
            more=NEXT,
            sizes=sizes,
            plans=PLANS.relative_to(REPOSITORY / "docs").as_posix(),
        ),
        ("days", "what", "wall s", "PostgreSQL's CPU s"),
        [
            *(
                (f"{days:,}", name, sample.text(), sample.text("services_cpu_s"))
                for (days, name), sample in samples.items()
            ),
            *((f"{days:,}", title, seconds, "") for (days, title), seconds in answers.items()),
        ],
        targets(samples, answers, sum(a_minute for *_, a_minute in layers)),
    )


def targets(
    samples: Mapping[tuple[int, str], measure.Sample], answers: Mapping[tuple[int, str], Figure], a_minute: float
) -> list[Target]:
    """Return the claims: the longest history against the shortest, questions, and bytes.

    Args:
        samples: the builds by days and name.
        answers: seconds by days and question.
        a_minute: bytes a hero-minute in raw, fact and big table.
    """
    short, long = min(days for days, _ in samples), max(days for days, _ in samples)
    before, after = samples[short, NEXT], samples[long, NEXT]
    claim = f"one more day: {long} days against {short} days"
    return [
        at_most(f"{claim}, wall time", after.median() / before.median(), 1.5, " times", 2),
        at_most(
            f"{claim}, PostgreSQL's CPU time",
            after.median("services_cpu_s") / before.median("services_cpu_s"), 1.5, " times", 2,
        ),
        *(
            at_most(f"{title} on {long} days", value_of(seconds) or 0.0, 0.3, " s", 3)
            for (days, title), seconds in answers.items()
            if days == long
        ),
        at_most(f"bytes a hero-minute on {long} days: raw, fact and big table", a_minute, BYTES, " bytes", 0),
    ]  # fmt: skip


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
