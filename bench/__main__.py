"""Measure sections of the benchmark, keep their results in bench/results and write docs/benchmarks.md."""

import argparse
import fcntl
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console

from bench.context import SCALES, Bench
from bench.publish import compare, growth, page
from bench.publish.machine import Company, Machine, Watch, this_commit
from bench.publish.results import Result, load, save
from bench.report import Section, show
from local.settings import REPOSITORY

# In the order of the report.
SECTIONS = (
    "load",
    "peers",
    "load_profile",
    "overlap",
    "flatness",
    "incremental",
    "discovery",
    "small_objects",
    "workers",
    "backlog",
    "heroes",
    "objects",
    "missions",
    "days",
    "transform",
    "many_loads",
    "handwritten",
    "readers",
    "history",
    "parse",
    "end_to_end",
    "arrival",
    "idle",
)
# The default scale is to take less than ten minutes; a calm machine takes about eight. A year of history takes half an
# hour. Fewer days say little about a long history, and a build of a few seconds says little about a long one: dbt takes
# a part of a second for each model. Twenty arrivals take ten minutes, as does a backlog, and a look at nothing takes a
# quarter of an hour. Growth needs large sizes, slow networks are slow, and a profile is for whoever changes a load.
LARGE_SCALE_ONLY = {
    "load_profile",
    "overlap",
    "small_objects",
    "workers",
    "backlog",
    "heroes",
    "objects",
    "missions",
    "days",
    "transform",
    "many_loads",
    "handwritten",
    "readers",
    "history",
    "arrival",
    "idle",
}
FOLDER = REPOSITORY / ".local" / "bench"
# In git, so that the page keeps the figures of sections that are not measured again.
RESULTS = REPOSITORY / "bench" / "results"
REPORT = REPOSITORY / "docs" / "benchmarks.md"
ROUNDS = 3
# How long the machine is looked at before anything is measured.
LOOK_SECONDS = 1.0

console = Console(highlight=False, soft_wrap=True)


def sections_of(scale: str) -> list[str]:
    """Return the sections that are measured if the command line names none."""
    return [name for name in SECTIONS if scale == "large" or name not in LARGE_SCALE_ONLY]


def results_of_page() -> list[Result]:
    """Return the saved result of each section: that of the large scale, or else that of the default scale."""
    saved = load(RESULTS, "default") | load(RESULTS, "large")
    return [saved[name] for name in SECTIONS if name in saved]


def write_page() -> None:
    """Render the results into docs/benchmarks.md and its plots."""
    results = results_of_page()
    REPORT.write_text(page.render(results), encoding="utf-8")
    plots = REPORT.parent / page.PLOTS
    shutil.rmtree(plots, ignore_errors=True)
    plots.mkdir(parents=True)
    for plot in (plot for result in results for plot in growth.plots(result)):
        (plots / plot.file).write_text(plot.svg, encoding="utf-8")
    console.print(f"Written: {REPORT.relative_to(REPOSITORY)}")


def forecast(scale: str, sections: Sequence[str], saved: Mapping[str, Mapping[str, Result]]) -> list[str]:
    """Return lines that say which sections will run, and how long each took last time.

    Args:
        scale: a key of SCALES.
        sections: the sections.
        saved: the results by scale and section.
    """
    lines, total, unknown = [], 0.0, 0
    for name in sections:
        same = saved[scale].get(name)
        other = next((results[name] for results in saved.values() if name in results), None)
        if same:
            lines.append(f"  {name}: {same.seconds:.0f} s ({same.date})")
            total += same.seconds
        elif other:
            lines.append(f"  {name}: not known; {other.seconds:.0f} s at the {other.scale} scale ({other.date})")
        else:
            lines.append(f"  {name}: not known")
        unknown += not same
    rest = f", and {unknown} of them not known" if unknown else ""
    return [f"Scale {scale}, last time in all: {total / 60:.0f} min{rest}", *lines]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sections that the command line names, or all of the scale.

    Args:
        argv: the arguments without the program's name; those of this process by default.

    Returns:
        0 if every section ran and every target holds, otherwise 1.
    """
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="default")
    parser.add_argument("--results", type=Path, help="folder for the results; docs/benchmarks.md is then not written")
    parser.add_argument("--page", action="store_true", help="measure nothing, render docs/benchmarks.md")
    parser.add_argument("--base", metavar="REF", help="compare this commit with the files as they are; keep nothing")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each side of a comparison")
    parser.add_argument("sections", nargs="*", metavar="section", help=f"one of {', '.join(SECTIONS)}")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"unknown sections: {', '.join(sorted(unknown))}; choose from {', '.join(SECTIONS)}")
    if arguments.page:
        write_page()
        return 0
    scale, sections = arguments.scale, arguments.sections or sections_of(arguments.scale)
    # The small scale only tries the benchmark out. Its figures are not for the page.
    results = arguments.results or (FOLDER / "results" if scale == "small" else RESULTS)
    saved = {name: load(RESULTS, name) for name in ("default", "large")} | {scale: load(results, scale)}
    for line in forecast(scale, sections, saved):
        console.print(line)
    watch = Watch()
    time.sleep(LOOK_SECONDS)
    say_company("  Now", watch.company())
    FOLDER.mkdir(parents=True, exist_ok=True)
    if arguments.base:
        return compare.run(arguments.base, scale, sections, arguments.rounds, FOLDER / "compare", console)
    with (FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = (
                f"The benchmark did not start: another one runs in {FOLDER.relative_to(REPOSITORY)}. Wait for its end."
            )
            console.print(message, style="red")
            return 1
        ok = measure_all(scale, sections, results)
    if results == RESULTS:
        write_page()
    return 0 if ok else 1


def say_company(what: str, company: Company) -> None:
    """Print what else the machine did."""
    console.print(f"{what}; {company}\n", style="yellow" if company.busy else None)


def measure_all(scale: str, sections: Sequence[str], results: Path) -> bool:
    """Measure the sections and save their results. A section that fails does not stop the others.

    Args:
        scale: a key of SCALES.
        sections: names of modules in bench/sections.
        results: folder for the results.

    Returns:
        Whether every section ran and every target holds.
    """
    ok, commit = True, this_commit()
    with Bench(SCALES[scale], FOLDER, console.print) as bench:
        for name in sections:
            module = import_module(f"bench.sections.{name}")
            console.rule(module.TITLE)
            today, started, watch = datetime.now(UTC).strftime("%Y-%m-%d"), time.monotonic(), Watch()
            try:
                section: Section = module.run(bench)
            except Exception:  # noqa: BLE001 - the other sections run nevertheless
                console.print_exception()
                ok = False
                continue
            seconds, company = time.monotonic() - started, watch.company()
            save(Result(section, scale, today, commit, seconds, Machine.this(), company), results)
            show(section, console)
            say_company(f"  {seconds:.0f} s", company)
            ok = ok and all(target.holds for target in section.targets)
    return ok


if __name__ == "__main__":
    sys.exit(main())
