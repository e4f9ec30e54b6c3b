"""The results of sections: saved as JSON, printed as tables, rendered into docs/benchmarks.md."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.table import Table

PACKAGES = ("apache-airflow", "astronomer-cosmos", "dbt-core", "duckdb", "psycopg2-binary", "pandas", "polars")


@dataclass(frozen=True)
class Target:
    """A claim with a limit.

    Attributes:
        claim: what is measured.
        measured: the figure with its unit, as it is printed.
        limit: the limit with its unit, as it is printed.
        holds: whether the figure, before rounding, keeps to the limit.
    """

    claim: str
    measured: str
    limit: str
    holds: bool


def at_most(claim: str, measured: float, limit: float, unit: str = "", digits: int = 1) -> Target:
    """Return a target that holds if the measured value is at most the limit.

    Args:
        claim: what is measured.
        measured: the value.
        limit: the limit, in the same unit.
        unit: it follows both numbers, so it begins with a space.
        digits: decimal places of the printed value.
    """
    return Target(claim, f"{measured:,.{digits}f}{unit}", f"at most {limit:,g}{unit}", measured <= limit)


def at_least(claim: str, measured: float, limit: float, unit: str = "", digits: int = 1) -> Target:
    """Return a target that holds if the measured value is at least the limit. The arguments are those of at_most."""
    return Target(claim, f"{measured:,.{digits}f}{unit}", f"at least {limit:,g}{unit}", measured >= limit)


@dataclass(frozen=True)
class Section:
    """One section of the report.

    Attributes:
        name: its module in bench/sections.
        title: its heading.
        text: Markdown: what was measured, and what the columns mean.
        headers: one for each column.
        rows: a cell for each column, as it is printed.
        targets: its claims.
    """

    name: str
    title: str
    text: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[Target] = ()


@dataclass(frozen=True)
class Machine:
    """The machine and the day of a measurement.

    Attributes:
        date: YYYY-MM-DD, in UTC.
        cpu: model of the processor.
        cores: number of cores.
        memory_gib: memory in GiB.
        system: operating system with its version.
        versions: version of Python, PostgreSQL and the main packages by name.
    """

    date: str
    cpu: str
    cores: int
    memory_gib: float
    system: str
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def this(cls) -> Machine:
        """Describe this machine, today."""
        versions = {"Python": platform.python_version(), "PostgreSQL": "16"}
        for package in PACKAGES:
            try:
                versions[package] = version(package)
            except PackageNotFoundError:
                continue
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        system = f"{platform.system()} {platform.release().split('-')[0]}"
        return cls(today, _cpu_model(), os.cpu_count() or 0, round(memory, 1), system, versions)


def _cpu_model() -> str:
    """Return the processor's model, or its architecture if it has no name."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


@dataclass(frozen=True)
class Result:
    """A measured section.

    Attributes:
        section: the section.
        scale: a key of bench.context.SCALES.
        machine: the machine that measured it.
        seconds: duration of the measurement.
    """

    section: Section
    scale: str
    machine: Machine
    seconds: float


def save(result: Result, folder: Path) -> None:
    """Save the result as ``<folder>/<scale>/<section>.json``."""
    path = folder / result.scale / f"{result.section.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(result), indent=2, ensure_ascii=False), encoding="utf-8")


def load(folder: Path, scale: str) -> dict[str, Result]:
    """Return the saved results of a scale by the section's name."""
    results = {}
    for path in sorted((folder / scale).glob("*.json")):
        saved = json.loads(path.read_text(encoding="utf-8"))
        section = saved["section"] | {"targets": [Target(**target) for target in saved["section"]["targets"]]}
        results[path.stem] = Result(Section(**section), saved["scale"], Machine(**saved["machine"]), saved["seconds"])
    return results


def show(section: Section, console: Console) -> None:
    """Print the section's table and targets."""
    table = Table(title=section.title, title_justify="left")
    for number, header in enumerate(section.headers):
        table.add_column(header, justify="left" if number == 0 else "right")
    for row in section.rows:
        table.add_row(*row)
    console.print(table)
    for target in section.targets:
        mark = "[green]held[/green]" if target.holds else "[red]MISSED[/red]"
        console.print(f"  {mark}  {target.claim}: {target.measured} ({target.limit})")


def _markdown_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(headers)} |", f"|---|{'---:|' * (len(headers) - 1)}"]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def _machine_text(machine: Machine) -> str:
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    return (
        f"{machine.cpu}, {machine.cores} cores, {machine.memory_gib:g} GiB, {machine.system}; {versions}. "
        f"Measured on {machine.date}"
    )


def render(results: Sequence[Result], command: Callable[[Result], str]) -> str:
    """Return the text of docs/benchmarks.md.

    Args:
        results: one for each section, in the order of the page.
        command: returns the command that measures a result again.
    """
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Every figure is the median of at least three runs unless it says otherwise, with the",
        "range in brackets. Candidates that are compared ran in turns, in the same run, on the same objects. Each run",
        "of a candidate is a process of its own. Its imports are not counted.",
        "",
        "## Targets",
        "",
        *_markdown_table(
            ("claim", "measured", "target", ""),
            (
                (target.claim, target.measured, target.limit, "held" if target.holds else "**missed**")
                for result in results
                for target in result.section.targets
            ),
        ),
        "",
    ]
    machines = list(dict.fromkeys(_machine_text(result.machine) for result in results))
    for result in results:
        section = result.section
        where = f" · machine {machines.index(_machine_text(result.machine)) + 1}" if len(machines) > 1 else ""
        lines += [
            f"## {section.title}",
            "",
            section.text.strip(),
            "",
            *_markdown_table(section.headers, section.rows),
            "",
            f"`{command(result)}` · {result.seconds:.0f} s{where}",
            "",
        ]
    lines += ["## Machine", ""]
    if len(machines) == 1:
        lines += [f"{machines[0]}.", ""]
    else:
        lines += [f"{number}. {text}." for number, text in enumerate(machines, 1)] + [""]
    return "\n".join(lines)
