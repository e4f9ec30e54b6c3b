"""Compares a commit with the files as they are: the same sections in turns, on the same machine."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.measure import in_turns, median_and_range
from bench.publish.machine import Watch
from bench.publish.results import read_cell
from bench.report import is_name, value_of
from local.settings import REPOSITORY

BASE, HERE = "base", "here"
# Where a commit keeps its results, and where those did that were made before results were in git.
PLACES = ("bench/results", ".local/bench/results")

# Values by the row's label and the column's header: one for each run of a side.
Values = dict[tuple[str, str], list[float]]


def run(base: str, scale: str, sections: Sequence[str], rounds: int, folder: Path, console: Console) -> int:
    """Measure the sections at the commit and here, in turns, and print the ratios of the medians.

    Each side measures itself by its own benchmark, because a section calls functions that change with the product.
    Rows and columns that only one side has are left out.

    Args:
        base: the commit, as git names it.
        scale: a key of SCALES.
        sections: names of modules in bench/sections.
        rounds: runs of each side.
        folder: scratch folder; the commit's files stay there for the next comparison.
        console: for the output.

    Returns:
        0, or 1 if the commit does not exist or a section failed.
    """
    try:
        sides = {BASE: check_out(base, folder / "base"), HERE: REPOSITORY}
        watch = Watch()
        for name in sections:
            values: dict[str, Values] = {BASE: {}, HERE: {}}
            for number in range(rounds):
                for side in in_turns(sides, number):
                    results = None if side == BASE else folder / "here"
                    for key, value in figures_of(measure(sides[side], scale, name, results)).items():
                        values[side].setdefault(key, []).append(value)
                    console.print(f"  {name}, run {number + 1} of {rounds}: {side} done")
            table = Table("", "", base, "here", "times", "", title=name, title_justify="left")
            rows = compared(values[BASE], values[HERE])
            for row in rows:
                table.add_row(*row)
            console.print(table)
            console.print(f"  {sum(bool(row[-1]) for row in rows)} of {len(rows)} figures differ beyond their ranges")
    except subprocess.CalledProcessError as error:
        console.print(f"{' '.join(map(str, error.cmd))} failed:\n{error.stdout}", style="red", markup=False)
        return 1
    company = watch.company()
    console.print(f"  {company}", style="yellow" if company.busy else None)
    return 0


def check_out(base: str, tree: Path) -> Path:
    """Check the commit out into a git worktree, and set it up.

    The environment and its tools are linked if the commit needs the same packages, otherwise it gets its own.
    """
    _call(["git", "worktree", "prune"], REPOSITORY)
    commit = _call(["git", "rev-parse", "--verify", f"{base}^{{commit}}"], REPOSITORY).strip()
    if tree.exists():
        _call(["git", "checkout", "--quiet", "--force", "--detach", commit], tree)
    else:
        _call(["git", "worktree", "add", "--quiet", "--detach", str(tree), commit], REPOSITORY)
    environment, locks = tree / ".venv", [folder / "requirements.lock" for folder in (tree, REPOSITORY)]
    if environment.is_symlink():
        environment.unlink()
    if len({lock.read_bytes() for lock in locks}) == 1:
        if environment.exists():
            shutil.rmtree(environment)
        environment.symlink_to(REPOSITORY / ".venv")
        # Else make would download uv before it finds that there is nothing to install.
        tools, here = tree / ".local" / "tools", REPOSITORY / ".local" / "tools"
        if here.exists() and not tools.exists():
            tools.parent.mkdir(exist_ok=True)
            tools.symlink_to(here)
        # make would install into the linked environment, because these files are newer.
        for path in (*tree.glob("requirements*"), tree / "pyproject.toml"):
            os.utime(path, (0, 0))
    _call(["make", "setup"], tree)
    return tree


def measure(tree: Path, scale: str, section: str, results: Path | None) -> Mapping[str, Any]:
    """Measure a section with the files of a folder, and return its saved result.

    Args:
        tree: a checkout of the repository.
        scale: a key of SCALES.
        section: name of a module in bench/sections.
        results: folder for the result; None means the checkout's own.
    """
    paths = [folder / scale / f"{section}.json" for folder in ([results] if results else map(tree.joinpath, PLACES))]
    for path in paths:
        path.unlink(missing_ok=True)
    command = [str(tree / ".venv" / "bin" / "python"), "-m", "bench", "--scale", scale]
    command += ["--results", str(results), section] if results else [section]
    try:
        output = _call(command, tree)
    except subprocess.CalledProcessError as error:
        output = error.stdout  # A missed target is no failure.
    for path in paths:
        if path.exists():
            saved: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return saved
    raise subprocess.CalledProcessError(1, command, output)


def figures_of(saved: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    """Return the figures of a saved result by label and header; of several runs, their median.

    A label is the first cell of a row with all others that are names.
    """
    # Results that were not yet in git had the table one level lower.
    printed = saved["section"] if isinstance(saved["section"], dict) else saved
    figures: dict[tuple[str, str], float] = {}
    for first, *saved_cells in printed["rows"]:
        cells = [read_cell(cell) for cell in saved_cells]
        values = [value_of(cell) for cell in cells]
        label = " · ".join([first, *filter(is_name, cells)])
        for header, value in zip(printed["headers"][1:], values, strict=True):
            if value is not None:
                figures[label, header] = value
    return figures


def compared(base: Values, here: Values) -> list[tuple[str, str, str, str, str, str]]:
    """Return the rows of the comparison: label, column, both medians with ranges, the ratio here to base, a verdict.

    The verdict is "more" or "less" if every run here has a larger or smaller figure than every run of the base, and if
    each side has several.
    """
    rows = []
    for label, column in [key for key in base if key in here]:
        before, now = base[label, column], here[label, column]
        divisor = statistics.median(before)
        ratio = f"{statistics.median(now) / divisor:.2f}" if divisor else ""
        verdict = ""
        if len(before) > 1 and len(now) > 1:
            verdict = "more" if min(now) > max(before) else "less" if max(now) < min(before) else ""
        rows.append((label, column, median_and_range(before, 2), median_and_range(now, 2), ratio, verdict))
    return rows


def _call(command: Sequence[str], folder: Path) -> str:
    """Return what a command printed.

    Raises:
        subprocess.CalledProcessError: it failed; stdout has its output.
    """
    return subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True
    ).stdout
