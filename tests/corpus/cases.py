"""The cases of the corpus, read from their folders."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

CORPUS = Path(__file__).parent
# The folder of the landing zone for each dataset, which is a folder of the corpus.
LANDING_FOLDERS = {"heroes": "heroes", "missions": "mission_logs", "biometrics": "biometrics"}


@dataclass(frozen=True)
class CaseObject:
    """One delivered object and what the ledger must say of it."""

    file: str
    body: bytes
    key: str
    status: Literal["loaded", "failed", "ignored"]
    # A part of the error, for a failed object.
    error: str = ""
    rows_in: int = 0
    rows_loaded: int = 0
    # Rejected rows by reason.
    rejected: dict[str, int] = field(default_factory=dict)
    # Unusable values in loaded readings by measure.
    invalid_measures: dict[str, int] = field(default_factory=dict)

    @property
    def rows_rejected(self) -> int:
        """The rejected rows of all reasons."""
        return sum(self.rejected.values())


@dataclass(frozen=True)
class Case:
    """One folder of the corpus."""

    folder: Path
    why: str
    objects: tuple[CaseObject, ...]
    # The rows in raw without their load_id, in the order of the objects and of the rows in them.
    rows: tuple[dict[str, Any], ...]

    @property
    def dataset(self) -> str:
        """The dataset that the case is about."""
        return self.folder.parent.name

    def __str__(self) -> str:
        """The id of the case in tests: dataset/case."""
        return f"{self.dataset}/{self.folder.name}"


def read_case(folder: Path) -> Case:
    """Read one case. Raises ValueError if case.toml has an unknown word or lacks one."""
    tables = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    default_key = f"{LANDING_FOLDERS[folder.parent.name]}/{folder.name}"
    try:
        why = tables.pop("why")
        objects = tuple(
            CaseObject(**{"key": f"{default_key}/{file}"} | expected, file=file, body=(folder / file).read_bytes())
            for file, expected in tables.items()
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{folder / 'case.toml'}: {error}") from error
    rows = folder / "rows.jsonl"
    lines = rows.read_text(encoding="utf-8").split("\n") if rows.exists() else []
    return Case(folder, why, objects, tuple(json.loads(line) for line in lines if line))


CASES = [read_case(folder) for dataset in LANDING_FOLDERS for folder in sorted((CORPUS / dataset).iterdir())]
