"""Reads one object: its accepted records, and its rejected ones by reason."""

from __future__ import annotations

from tests.oracle.content import MEASURES, Content, Reading, mean
from tests.oracle.readings import read_biometrics
from tests.oracle.records import read_heroes, read_missions
from tests.oracle.texts import BrokenObjectError
from tests.oracle.values import DEFAULT, Rules

__all__ = ["MEASURES", "BrokenObjectError", "Content", "Reading", "dataset_of", "mean", "read_object"]


def dataset_of(key: str) -> str | None:
    """The dataset that an object belongs to by its key; None if it belongs to none."""
    for dataset, stem, suffix in (
        ("heroes", "heroes", ".csv"),
        ("missions", "mission_logs", ".json"),
        ("biometrics", "biometrics", ".parquet"),
    ):
        if key == stem + suffix or (key.startswith(stem + "/") and key.endswith(suffix)):
            return dataset
    return None


def read_object(dataset: str, data: bytes, rules: Rules = DEFAULT) -> Content:
    """Read one object. Raises BrokenObjectError."""
    if not data:
        raise BrokenObjectError("zero bytes")
    return {"heroes": read_heroes, "missions": read_missions, "biometrics": read_biometrics}[dataset](data, rules)
