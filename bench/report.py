"""What a section found out: kept as JSON, printed as a table, rendered into docs/benchmarks.md."""

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
class Bar:
    """A claim that holds or is missed: ``measured`` and ``limit`` as they are to be read, with their units."""

    claim: str
    measured: str
    limit: str
    holds: bool


def at_most(claim: str, measured: float, limit: float, unit: str = "", digits: int = 1) -> Bar:
    """A bar that holds if the measured value is at most the limit; ``unit`` goes right behind the numbers."""
    return Bar(claim, f"{measured:,.{digits}f}{unit}", f"at most {limit:,g}{unit}", measured <= limit)


def at_least(claim: str, measured: float, limit: float, unit: str = "", digits: int = 1) -> Bar:
    """A bar that holds if the measured value is at least the limit."""
    return Bar(claim, f"{measured:,.{digits}f}{unit}", f"at least {limit:,g}{unit}", measured >= limit)


@dataclass(frozen=True)
class Section:
    """One section of the report. ``text``: Markdown, what was done and what the columns mean."""

    name: str
    title: str
    text: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    bars: Sequence[Bar] = ()


@dataclass(frozen=True)
class Machine:
    """Where and when a section was measured."""

    date: str
    cpu: str
    cores: int
    memory_gib: float
    system: str
    versions: dict[str, str] = field(default_factory=dict)

    @classmethod
    def this(cls) -> Machine:
        """This one, now."""
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
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


@dataclass(frozen=True)
class Result:
    """A section with the scale, the machine and how long it took."""

    section: Section
    scale: str
    machine: Machine
    seconds: float


def save(result: Result, folder: Path) -> None:
    """Keep the result as ``<folder>/<scale>/<section>.json``."""
    path = folder / result.scale / f"{result.section.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(result), indent=2, ensure_ascii=False), encoding="utf-8")


def load(folder: Path, scale: str) -> dict[str, Result]:
    """All results kept for this scale, by section."""
    results = {}
    for path in sorted((folder / scale).glob("*.json")):
        kept = json.loads(path.read_text(encoding="utf-8"))
        section = kept["section"] | {"bars": [Bar(**bar) for bar in kept["section"]["bars"]]}
        results[path.stem] = Result(Section(**section), kept["scale"], Machine(**kept["machine"]), kept["seconds"])
    return results


def show(section: Section, console: Console) -> None:
    """Print the section's table and bars."""
    table = Table(title=section.title, title_justify="left")
    for number, header in enumerate(section.headers):
        table.add_column(header, justify="left" if number == 0 else "right")
    for row in section.rows:
        table.add_row(*row)
    console.print(table)
    for bar in section.bars:
        mark = "[green]held[/green]" if bar.holds else "[red]MISSED[/red]"
        console.print(f"  {mark}  {bar.claim}: {bar.measured} ({bar.limit})")


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
    """docs/benchmarks.md, from the results in the order given; ``command`` says what measured one again."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Every figure is the median of at least three runs unless it says otherwise, with the",
        "range in brackets; what is compared ran in turns, in the same run, on the same objects. Each run is a process",
        "of its own; its imports are not counted.",
        "",
        "## Bars",
        "",
        *_markdown_table(
            ("claim", "measured", "bar", ""),
            (
                (bar.claim, bar.measured, bar.limit, "held" if bar.holds else "**missed**")
                for result in results
                for bar in result.section.bars
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
