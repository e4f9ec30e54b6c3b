"""Reads one object: its accepted records, and its rejected ones by reason."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from tests.oracle.values import BLANKS, heart_rate, instant, number_not_below_zero, text

HERO_COLUMNS = ("hero_id", "name", "alter_ego", "first_appearance")
# Records that are nested deeper are rejected.
MAX_DEPTH = 200
NUMERIC = r"VARCHAR|FLOAT|DOUBLE|DECIMAL.*|U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)"
TYPES = ("TIMESTAMP.*|DATE|VARCHAR", r"VARCHAR|UUID|ENUM.*|U?\w*INT\w*", NUMERIC, NUMERIC, NUMERIC)
MEASURES = {
    "heart_rate": heart_rate,
    "stress_level": number_not_below_zero,
    "energy_output": number_not_below_zero,
}

COLUMNS = """
    select "timestamp", hero_id, heart_rate, stress_level, energy_output
    from read_parquet($path, hive_partitioning = false)
    limit 0
"""
ROWS = """
    select "timestamp"::varchar, hero_id::varchar, heart_rate, stress_level, energy_output
    from read_parquet($path, hive_partitioning = false)
"""


class BrokenObjectError(ValueError):
    """The object as a whole cannot be read."""


class Reading(NamedTuple):
    """One accepted reading; unusable measures are None."""

    hero_id: str
    at: Any
    heart_rate: float | None
    stress_level: float | None
    energy_output: float | None


@dataclass
class Content:
    """The content of one object: accepted records (or readings) in their order, and rejected ones by reason."""

    dataset: str
    accepted: list[Any] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)
    rows_in: int = 0

    def reject(self, reason: str) -> None:
        """Count one rejected record."""
        self.rejected[reason] += 1


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


def read_object(dataset: str, data: bytes) -> Content:
    """Read one object. Raises BrokenObjectError."""
    if not data:
        raise BrokenObjectError("zero bytes")
    return {"heroes": read_heroes, "missions": read_missions, "biometrics": read_biometrics}[dataset](data)


def decode(data: bytes) -> str:
    """The bytes as text."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenObjectError(str(error)) from error


def read_heroes(data: bytes) -> Content:
    """Read a CSV object with a header line."""
    content = Content("heroes")
    try:
        lines = [line for line in csv.reader(io.StringIO(decode(data), newline=""), strict=True) if line]
    except csv.Error as error:
        raise BrokenObjectError(str(error)) from error
    header = [name.strip(BLANKS) for name in lines[0]] if lines else []
    if not set(HERO_COLUMNS) <= set(header) or len(set(header)) < len(header):
        raise BrokenObjectError(f"header {header}")
    for line in lines[1:]:
        if len(line) != len(header):
            raise BrokenObjectError(f"ragged line {line}")
        content.rows_in += 1
        record = dict(zip(header, line, strict=True))
        if not is_clean(record):
            content.reject("invalid_text")
        elif text(record["hero_id"]) is None:
            content.reject("missing_hero_id")
        else:
            content.accepted.append(record)
    return content


def read_missions(data: bytes) -> Content:
    """Read a JSON array, a single JSON object, or one object a line."""
    content = Content("missions")
    whole = decode(data)
    if not whole.strip(BLANKS):
        raise BrokenObjectError("nothing but blanks")
    if whole.lstrip(BLANKS).startswith("["):
        try:
            records = load_json(whole)
        except ValueError as error:
            raise BrokenObjectError(str(error)) from error
        content.rows_in = len(records)
    elif (single := one_object(whole)) is not None:
        content.rows_in, records = 1, [single]
    else:
        records = []
        lines = whole.split("\n")
        for line_number, line in enumerate(lines, start=1):
            if not line.strip(BLANKS):
                continue
            content.rows_in += 1
            try:
                records.append(load_json(line))
            except (ValueError, RecursionError) as error:
                if line_number == len(lines):
                    raise BrokenObjectError(f"last line cut: {error}") from error
                content.reject("invalid_json")
    for record in records:
        reason = fault_of_mission(record)
        if reason:
            content.reject(reason)
        else:
            content.accepted.append(record)
    return content


def one_object(document: str) -> Any:
    """The object if the document is a single one, on one line or several; else None."""
    try:
        value = load_json(document)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def load_json(document: str) -> Any:
    """Parse strict JSON, which has no NaN and no Infinity."""

    def refuse(constant: str) -> None:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(document, parse_constant=refuse)


def fault_of_mission(record: Any) -> str | None:
    """The reason for which a mission record is rejected, or None."""
    if not isinstance(record, dict):
        return "not_an_object"
    if depth(record) > MAX_DEPTH:
        return "invalid_json"
    if not is_clean(record):
        return "invalid_text"
    mission_id = record.get("mission_id")
    if isinstance(mission_id, bool | list | dict) or text(mission_id) is None:
        return "missing_mission_id"
    if instant(record.get("timestamp")) is None:
        return "invalid_timestamp"
    return None


def depth(value: Any) -> int:
    """The depth of nesting: 0 for a scalar."""
    if not isinstance(value, dict | list):
        return 0
    return 1 + max((depth(item) for item in (value.values() if isinstance(value, dict) else value)), default=0)


def is_clean(value: Any) -> bool:
    """Whether all texts in the value are free of NUL characters and lone surrogates."""
    if isinstance(value, str):
        return not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, dict):
        return all(is_clean(name) and is_clean(item) for name, item in value.items())
    if isinstance(value, list):
        return all(is_clean(item) for item in value)
    return True


def read_biometrics(data: bytes) -> Content:
    """Read a Parquet object; DuckDB only decodes its rows."""
    content = Content("biometrics")
    for moment, hero_id, *measures in parquet_rows(data):
        content.rows_in += 1
        values = [check(value) for check, value in zip(MEASURES.values(), measures, strict=True)]
        at = instant(moment)
        hero = text(hero_id)
        if hero is None:
            content.reject("missing_hero_id")
        elif "\0" in hero:
            content.reject("invalid_hero_id")
        elif at is None:
            content.reject("invalid_timestamp")
        elif all(value is None for value in values):
            content.reject("no_usable_measure")
        else:
            content.accepted.append(Reading(hero, at, *values))
    return content


def parquet_rows(data: bytes) -> list[tuple[Any, ...]]:
    """The rows of a Parquet file: timestamp and hero id as text, measures as they are."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "object.parquet"
        path.write_bytes(data)
        connection.execute("set timezone = 'UTC'")
        try:
            columns = connection.execute(COLUMNS, {"path": str(path)})
            types = [column[1] for column in columns.description]
            if not all(re.fullmatch(wanted, str(found)) for wanted, found in zip(TYPES, types, strict=True)):
                raise BrokenObjectError(f"types {types}")
            return connection.execute(ROWS, {"path": str(path)}).fetchall()
        except duckdb.Error as error:
            raise BrokenObjectError(str(error)) from error


def mean(values: list[float]) -> float | None:
    """The mean; None without values."""
    return math.fsum(values) / len(values) if values else None
