"""Renders docs/benchmarks.md from the results of sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bench.publish import growth
from bench.publish.machine import BUSY_SHARE
from bench.publish.results import Result

# The folder of the plots, from the page's folder.
PLOTS = "images/growth"


# What a run measures, and where earlier figures are.
CONTENTS = (
    "`make bench` takes less than ten minutes: loads of 5 and 50 million readings, the other tools, memory, what is",
    "new among much, the reading of the DAG files, and the sample from the trigger to the answers. The other sections",
    "need `SCALE=large`, or their names in `ONLY`. Each result keeps its commit, and the history of its file has the",
    "earlier ones: `git log -p bench/results/large/load.json`. `make bench-compare BASE=<commit> ONLY=load` measures",
    "that commit and the files as they are, in turns.",
)


def command(result: Result) -> str:
    """Return the command that measures the section again at the same scale."""
    scale = "" if result.scale == "default" else f" SCALE={result.scale}"
    return f"make bench{scale} ONLY={result.section.name}"


def render(results: Sequence[Result]) -> str:
    """Return the text of docs/benchmarks.md.

    Args:
        results: one for each section, in the order of the page.
    """
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench` from the results in `bench/results`. Every figure is the median of at least three",
        "runs unless it says otherwise, with the range in brackets. Candidates that are compared ran in turns, in the",
        "same run, on the same objects. Each run of a candidate is a process of its own. Its imports are not counted.",
        "",
        f"A machine was busy if more than {BUSY_SHARE:.0%} of its processor time went to other processes, or to other",
        "machines on its host (stolen). Where nothing is said, it was not recorded. The plots have logarithmic axes,",
        "and name the exponents of growth, from the first size to the last and in the last step: 1 is linear, below 1",
        "a part of the cost does not grow. A time without a range is of one run, or follows from several.",
        "",
        *CONTENTS,
        "",
        "## Targets",
        "",
        *_table(
            ("claim", "measured", "target", ""),
            (
                (target.claim, target.measured, target.limit, "held" if target.holds else "**missed**")
                for result in results
                for target in result.section.targets
            ),
        ),
        "",
    ]
    if exponents := growth.table(results):
        lines += [
            "## Growth",
            "",
            "How the figures below grow with the size, as exponents: from the first size to the last, and in the last",
            "step. What is new may grow by 1, in proportion. One arrival, one log or one day more may not grow with",
            "what is there.",
            "",
            *_table(("section", "what", "figure", "sizes", "exponent", "last step"), exponents),
            "",
        ]
    machines = list(dict.fromkeys(str(result.machine) for result in results))
    for result in results:
        section = result.section
        lines += [f"## {section.title}", "", section.text.strip(), ""]
        if result.note:
            lines += [result.note, ""]
        lines += [*_table(section.headers, section.rows), ""]
        for plot in growth.plots(result):
            lines += [f"![{plot.title}]({PLOTS}/{plot.file})", ""]
        lines += [_origin(result, machines), ""]
    lines += ["## Machine", ""]
    if len(machines) == 1:
        lines += [f"{machines[0]}.", ""]
    else:
        lines += [f"{number}. {text}." for number, text in enumerate(machines, 1)] + [""]
    return "\n".join(lines)


def _origin(result: Result, machines: Sequence[str]) -> str:
    """Return the line that says how, when and where a section was measured."""
    parts = [f"`{command(result)}`", f"{result.seconds:.0f} s", result.date]
    if result.commit:
        changed = " with changes" if result.commit.endswith("+") else ""
        parts.append(f"commit `{result.commit[:7]}`{changed}")
    if len(machines) > 1:
        parts.append(f"machine {machines.index(str(result.machine)) + 1}")
    if result.company:
        parts.append(str(result.company))
    return " · ".join(parts)


def _table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return the lines of a table in Markdown."""
    lines = [f"| {' | '.join(headers)} |", f"|---|{'---:|' * (len(headers) - 1)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]
