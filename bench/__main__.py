"""`python -m bench [--scale small|default|large] [section ...]`: measure, print, and write docs/benchmarks.md."""

import argparse
import fcntl
import sys
import time
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
    "history",
    "parse",
    "end_to_end",
)
# A year of it takes half an hour; fewer days would say little of a long history.
OF_THE_LARGE_SCALE = ("history",)
FOLDER = REPOSITORY / ".local" / "bench"
REPORT = REPOSITORY / "docs" / "benchmarks.md"

console = Console(highlight=False, soft_wrap=True)


def command(result: report.Result) -> str:
    """What measures the section again."""
    scale = "" if result.scale == "default" else f" SCALE={result.scale}"
    return f"make bench{scale} ONLY={result.section.name}"


def sections_of(scale: str) -> list[str]:
    """What is measured if no section is named."""
    return [name for name in SECTIONS if scale == "large" or name not in OF_THE_LARGE_SCALE]


def write_report() -> None:
    """Render the best result of each section: of the large scale, else of the default one."""
    kept = report.load(FOLDER, "default") | report.load(FOLDER, "large")
    results = [kept[name] for name in SECTIONS if name in kept]
    if results:
        REPORT.write_text(report.render(results, command), encoding="utf-8")
        console.print(f"Written: {REPORT.relative_to(REPOSITORY)}")


def main() -> int:
    """Run the sections that the command line names, or all; 1 if a bar is missed or a section failed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="default")
    parser.add_argument("sections", nargs="*", metavar="section", help=f"one of {', '.join(SECTIONS)}")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"unknown sections: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            console.print("Another benchmark is at work in this folder. Try again when it is done.", style="red")
            return 1
        return measure_all(arguments)


def measure_all(arguments: argparse.Namespace) -> int:
    """Run the sections and write the report."""
    ok = True
    with Bench(SCALES[arguments.scale], FOLDER, console.print) as bench:
        for name in arguments.sections or sections_of(arguments.scale):
            module = import_module(f"bench.sections.{name}")
            console.rule(module.TITLE)
            started = time.monotonic()
            try:
                section = module.run(bench)
            except Exception:  # noqa: BLE001 - one section stops nothing but itself
                console.print_exception()
                ok = False
                continue
            result = report.Result(section, arguments.scale, report.Machine.this(), time.monotonic() - started)
            report.save(result, FOLDER)
            report.show(section, console)
            console.print(f"  {result.seconds:.0f} s\n")
            ok = ok and all(bar.holds for bar in section.bars)
    # Figures of the small scale are for trying the benchmark out.
    if arguments.scale != "small":
        write_report()
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
