"""The results of sections, a JSON file each: ``<folder>/<scale>/<section>.json``.

A result is the printed table of a section, with the value of each run where a cell has several. The formats of pyperf
(a list of values of one unit) and asv (a matrix of parameters, measured by asv itself in an environment that it builds)
hold no such tables.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.publish.machine import Company, Machine
from bench.report import Figure, Section, Target

WIDTH = 120


@dataclass(frozen=True)
class Result:
    """A measured section.

    Attributes:
        section: the section.
        scale: a key of bench.context.SCALES.
        date: YYYY-MM-DD, in UTC.
        commit: what was measured, with ``+`` if files differed from it; None if it was not recorded.
        seconds: duration of the measurement.
        machine: the machine that measured it.
        company: what else the machine did; None if it was not recorded.
        note: Markdown that a person added below the section's text.
    """

    section: Section
    scale: str
    date: str
    commit: str | None
    seconds: float
    machine: Machine
    company: Company | None
    note: str = ""


def save(result: Result, folder: Path) -> Path:
    """Write the file of a result, and return its path."""
    section = result.section
    saved = {
        "section": section.name,
        "scale": result.scale,
        "date": result.date,
        "commit": result.commit,
        "seconds": round(result.seconds),
        "machine": asdict(result.machine),
        "company": result.company and asdict(result.company),
        "title": section.title,
        "text": section.text.strip().splitlines(),
        "note": result.note.splitlines(),
        "headers": section.headers,
        "rows": [[_saved_cell(cell) for cell in row] for row in section.rows],
        "targets": [asdict(target) for target in section.targets],
    }
    path = folder / result.scale / f"{section.name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_lines(saved) + "\n", encoding="utf-8")
    return path


def load(folder: Path, scale: str) -> dict[str, Result]:
    """Return the saved results of a scale by the section's name."""
    return {path.stem: _read(path) for path in sorted((folder / scale).glob("*.json"))}


def _read(path: Path) -> Result:
    """Return the result in a file."""
    saved = json.loads(path.read_text(encoding="utf-8"))
    return Result(
        Section(
            saved["section"],
            saved["title"],
            "\n".join(saved["text"]),
            saved["headers"],
            [[read_cell(cell) for cell in row] for row in saved["rows"]],
            [Target(**target) for target in saved["targets"]],
        ),
        saved["scale"],
        saved["date"],
        saved["commit"],
        saved["seconds"],
        Machine(**saved["machine"]),
        saved["company"] and Company(**saved["company"]),
        "\n".join(saved["note"]),
    )


def _saved_cell(cell: str) -> Any:
    """Return a cell as JSON keeps it: a figure as its values, any other cell as its text."""
    return {"runs": cell.runs, "digits": cell.digits} if isinstance(cell, Figure) else cell


def read_cell(saved: Any) -> str:
    """Return a cell as a section has it."""
    return saved if isinstance(saved, str) else Figure(saved["runs"], saved["digits"])


def _lines(value: Any, indent: str = "") -> str:
    """Return JSON in which whatever fits is on one line, so that a row of a table is a line in a diff."""
    text = json.dumps(value, ensure_ascii=False)
    if len(indent + text) <= WIDTH or not isinstance(value, (dict, list, tuple)):
        return text
    inner = indent + "  "
    if isinstance(value, dict):
        parts = [f"{inner}{json.dumps(key)}: {_lines(part, inner)}" for key, part in value.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    return "[\n" + ",\n".join(inner + _lines(part, inner) for part in value) + f"\n{indent}]"
