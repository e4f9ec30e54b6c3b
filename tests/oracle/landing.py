"""Reads one object: its accepted records, and its rejected ones by reason."""

from __future__ import annotations

import re

from tests.oracle.content import MEASURES, Content, Reading, mean
from tests.oracle.readings import read_biometrics
from tests.oracle.records import read_heroes, read_missions
from tests.oracle.texts import BrokenObjectError
from tests.oracle.values import DEFAULT, Rules

__all__ = ["MEASURES", "BrokenObjectError", "Content", "Reading", "dataset_of", "mean", "read_object"]


def dataset_of(key: str) -> str | None:
    """The dataset that an object belongs to by its key; None if it belongs to none."""
    if any(part[:1] in ("_", ".") for part in key.split("/")):
        return None
    for dataset, stem, endings in (
        ("heroes", "heroes", r"\.csv(\.gz|\.zst)?"),
        ("missions", "mission_logs", r"\.(json|jsonl|ndjson)(\.gz|\.zst)?"),
        ("biometrics", "biometrics", r"\.(parquet|parq|pq)"),
    ):
        if re.fullmatch(f"{stem}(/.*)?(?i:{endings})", key, re.DOTALL):
            return dataset
    return None


def read_object(dataset: str, data: bytes, rules: Rules = DEFAULT) -> Content:
    """Read one object. Raises BrokenObjectError."""
    if not data:
        raise BrokenObjectError("zero bytes")
    return {"heroes": read_heroes, "missions": read_missions, "biometrics": read_biometrics}[dataset](data, rules)
