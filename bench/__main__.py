"""Measure sections of the benchmark, print their tables and write docs/benchmarks.md."""

import argparse
import fcntl
import sys
import time
from collections.abc import Sequence
from importlib import import_module

from rich.console import Console

from bench import report
from bench.context import SCALES, Bench
from local.settings import REPOSITORY

# In the order of the report.
SECTIONS = (
    "load",
    "flatness",
    "incremental",
    "small_objects",
    "workers",
    "transform",
    "many_loads",
    "handwritten",
    "readers",
    "history",
    "parse",
    "end_to_end",
)
# A year of history takes half an hour. Fewer days say little about a long history, and a build of a few seconds says
# little about a long one: dbt takes a part of a second for each model.
LARGE_SCALE_ONLY = ("handwritten", "history")
FOLDER = REPOSITORY / ".local" / "bench"
RESULTS = FOLDER / "results"
REPORT = REPOSITORY / "docs" / "benchmarks.md"

console = Console(highlight=False, soft_wrap=True)


def command(result: report.Result) -> str:
    """Return the command that measures the section again at the same scale."""
    scale = "" if result.scale == "default" else f" SCALE={result.scale}"
    return f"make bench{scale} ONLY={result.section.name}"


def sections_of(scale: str) -> list[str]:
    """Return the sections that are measured if the command line names none."""
    return [name for name in SECTIONS if scale == "large" or name not in LARGE_SCALE_ONLY]


def write_report() -> None:
    """Render the saved result of each section: that of the large scale, or else that of the default scale."""
    saved = report.load(RESULTS, "default") | report.load(RESULTS, "large")
    results = [saved[name] for name in SECTIONS if name in saved]
    if results:
        REPORT.write_text(report.render(results, command), encoding="utf-8")
        console.print(f"Written: {REPORT.relative_to(REPOSITORY)}")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the sections that the command line names, or all of the scale.

    Args:
        argv: the arguments without the program's name; those of this process by default.

    Returns:
        0 if every section ran and every target holds, otherwise 1.
    """
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="default")
    parser.add_argument("sections", nargs="*", metavar="section", help=f"one of {', '.join(SECTIONS)}")
    arguments = parser.parse_args(argv)
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"unknown sections: {', '.join(sorted(unknown))}; choose from {', '.join(SECTIONS)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            message = (
                f"The benchmark did not start: another one runs in {FOLDER.relative_to(REPOSITORY)}. Wait for its end."
            )
            console.print(message, style="red")
            return 1
        return measure_all(arguments.scale, arguments.sections or sections_of(arguments.scale))


def measure_all(scale: str, sections: Sequence[str]) -> int:
    """Measure the sections and write the report. A section that fails does not stop the others.

    Args:
        scale: a key of SCALES.
        sections: names of modules in bench/sections.

    Returns:
        0 if every section ran and every target holds, otherwise 1.
    """
    ok = True
    with Bench(SCALES[scale], FOLDER, console.print) as bench:
        for name in sections:
            module = import_module(f"bench.sections.{name}")
            console.rule(module.TITLE)
            started = time.monotonic()
            try:
                section: report.Section = module.run(bench)
            except Exception:  # noqa: BLE001 - the other sections run nevertheless
                console.print_exception()
                ok = False
                continue
            result = report.Result(section, scale, report.Machine.this(), time.monotonic() - started)
            report.save(result, RESULTS)
            report.show(section, console)
            console.print(f"  {result.seconds:.0f} s\n")
            ok = ok and all(target.holds for target in section.targets)
    # The small scale only tries the benchmark out. Its figures are not for the report.
    if scale != "small":
        write_report()
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
