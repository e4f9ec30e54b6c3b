"""Plots of growth: time and memory of a section against the sizes of its rows, with the exponents, as SVG."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from bench.exponents import Points, exponents
from bench.publish.results import Result
from bench.report import is_name, value_of

# The columns that are plotted, if a section has so many sizes.
COLUMNS = ("wall s", "peak MiB")
SIZES = 3
# The first cell of a row: `5,000`, `50 M`, `50 M (469 MiB)`.
SIZE = re.compile(r"([\d,.]+)( M)?(?: \(.+\))?")
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 920, 330, 70, 430, 40, 40


@dataclass(frozen=True)
class Plot:
    """A plot of one column of a section.

    Attributes:
        file: its file name.
        title: what it shows.
        column: the column.
        svg: the picture.
        lines: the points of each line by its name.
    """

    file: str
    title: str
    column: str
    svg: str
    lines: Mapping[str, Points]


def plots(result: Result) -> list[Plot]:
    """Return the plots of a section; none if its rows are not of several sizes.

    The first column has the sizes. The other cells that are no figures name a line.
    """
    section = result.section
    sizes = [_size(row[0]) for row in section.rows]
    if None in sizes or len(set(sizes)) < SIZES:
        return []
    made = []
    for number, column in enumerate(section.headers):
        if column not in COLUMNS:
            continue
        lines: dict[str, dict[float, float]] = {}
        for size, row in zip(sizes, section.rows, strict=True):
            name = ", ".join(cell for cell in row[1:] if is_name(cell)) or section.title
            figure = value_of(row[number])
            if size and figure:
                lines.setdefault(name, {})[size] = figure
        title = f"{section.title}: {column} against {section.headers[0]}"
        file = f"{section.name}-{column.replace(' ', '-').lower()}.svg"
        points = {name: sorted(line.items()) for name, line in lines.items()}
        made.append(Plot(file, title, column, draw(title, points), points))
    return made


def table(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """Return a row for each line of the plots that has three sizes: its section, sizes and exponents."""
    return [
        (
            f"[{result.section.title}](#{_anchor(result.section.title)})",
            "" if name == result.section.title else name,
            plot.column,
            f"{_short(points[0][0])} to {_short(points[-1][0])} {result.section.headers[0]}",
            *(f"{round(exponent, 2) + 0.0:.2f}" for exponent in exponents(points)),
        )
        for result in results
        for plot in plots(result)
        for name, points in plot.lines.items()
        if len(points) >= SIZES
    ]


def _anchor(title: str) -> str:
    """Return the anchor of a heading of plain words."""
    return title.lower().replace(" ", "-")


def _size(cell: str) -> float | None:
    """Return the size that a cell names, or None."""
    found = SIZE.fullmatch(cell)
    return float(found[1].replace(",", "")) * (1e6 if found[2] else 1) if found else None


def _legend(name: str, points: Points) -> str:
    """Return the name of a line with its exponents: ``n^0.91; last step n^1.10``."""
    if len(points) < 2:
        return f"{name} (one size)"
    whole, last = exponents(points)
    return f"{name}: n^{whole:.2f}" + (f"; last step n^{last:.2f}" if len(points) > 2 else "")


def draw(title: str, lines: Mapping[str, Points]) -> str:
    """Return a plot with logarithmic axes as SVG.

    Args:
        title: its heading.
        lines: the points of each line by its name.
    """
    xs = sorted({size for points in lines.values() for size, _ in points})
    ys = [figure for points in lines.values() for _, figure in points]
    low, high = math.floor(math.log10(min(ys))), math.ceil(math.log10(max(ys)))
    high += high == low

    def across(size: float) -> float:
        share = math.log(size / xs[0]) / math.log(xs[-1] / xs[0])
        return LEFT + 20 + share * (WIDTH - LEFT - RIGHT - 40)

    def down(figure: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(figure) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [_text(LEFT, 24, title, "start", "bold")]
    for power in range(low, high + 1):
        parts += [
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down(10.0**power):.1f}" y2="{down(10.0**power):.1f}" '
            'stroke="#ddd"/>',
            _text(LEFT - 8, down(10.0**power) + 4, f"{10.0**power:,g}", "end"),
        ]
    parts += [_text(across(size), HEIGHT - BOTTOM + 20, _short(size), "middle") for size in xs]
    for number, (name, points) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        spots = [(across(size), down(figure)) for size, figure in points]
        parts += [
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="2"/>'
            for (x1, y1), (x2, y2) in pairwise(spots)
        ]
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in spots]
        y = TOP + 24 + 24 * number
        parts += [
            f'<circle cx="{WIDTH - RIGHT + 20}" cy="{y - 4}" r="5" fill="{colour}"/>',
            _text(WIDTH - RIGHT + 32, y, _legend(name, points), "start"),
        ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" font-family="sans-serif" font-size="13">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            *parts,
            "</svg>\n",
        ]
    )


def _short(size: float) -> str:
    """Return a size as an axis shows it."""
    return f"{size / 1e6:g} M" if size >= 1e6 else f"{size:,g}"


def _text(x: float, y: float, text: str, anchor: str, weight: str = "normal") -> str:
    """Return a text of the plot."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>'
