"""What a section returns: a table of figures, and targets. The package publish keeps and renders it."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

# A cell with a figure: `5.1`, `1,234 (1,200–1,300)`, `+3.0 s`, `2.13 times`, `49%`.
PRINTED = re.compile(r"\+?(-?[\d,]*\.?\d+)(?: \([\d,.]+–[\d,.]+\))?(?:%| [a-z]+)?")
# A cell with nothing but a range: `0.161–0.175`.
RANGE = re.compile(r"[\d,.]+–[\d,.]+")


class Figure(str):
    """A cell with median and range, as ``5.1 (4.9–5.6)``, that keeps the values it is made of.

    Attributes:
        runs: the value of each run, in their order.
        digits: decimal places of the text.
    """

    runs: tuple[float, ...]
    digits: int

    def __new__(cls, runs: Sequence[float], digits: int = 1) -> Figure:
        """Make the text; a single value has no range."""
        # Three places more than are shown: enough for any ratio of medians, and short in the results' files.
        kept = tuple(round(value, digits + 3) for value in runs)
        text = f"{statistics.median(kept):,.{digits}f}"
        if len(kept) > 1:
            text += f" ({min(kept):,.{digits}f}–{max(kept):,.{digits}f})"
        figure = super().__new__(cls, text)
        figure.runs, figure.digits = kept, digits
        return figure


def value_of(cell: str) -> float | None:
    """Return the figure of a cell, the median of several runs, or None if the cell is text."""
    if isinstance(cell, Figure):
        return statistics.median(cell.runs)
    found = PRINTED.fullmatch(cell)
    return float(found[1].replace(",", "")) if found else None


def is_name(cell: str) -> bool:
    """Return whether a cell says what its row is about: it is neither empty nor a figure nor a range."""
    return bool(cell) and value_of(cell) is None and not RANGE.fullmatch(cell)


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
        rows: a cell for each column, as it is printed. A Figure keeps the values of the runs, too.
        targets: its claims.
    """

    name: str
    title: str
    text: str
    headers: Sequence[str]
    rows: Sequence[Sequence[str]]
    targets: Sequence[Target] = ()


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
