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
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import duckdb

from tests.oracle.values import (
    BLANKS,
    DEFAULT,
    InvalidIdError,
    Rules,
    identifier,
    instant,
    is_plausible,
    later,
    measure,
    minute_of,
    text,
)

HERO_COLUMNS = ("hero_id", "name", "alter_ego", "first_appearance")
# Records that are nested deeper are rejected.
MAX_DEPTH = 200
INTEGER = r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)"
NUMERIC = rf"FLOAT|DOUBLE|DECIMAL.*|{INTEGER}"
TEXTS = r"VARCHAR|ENUM.*|JSON|BLOB"
MEASURES = ("heart_rate", "stress_level", "energy_output")
COLUMNS = ("timestamp", "hero_id", *MEASURES)
TYPES = (rf"TIMESTAMP.*|DATE|{TEXTS}|NULL", rf"{TEXTS}|UUID|NULL|{NUMERIC}", *[rf"{TEXTS}|NULL|{NUMERIC}"] * 3)


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


def read_biometrics(data: bytes, rules: Rules = DEFAULT) -> Content:
    """Read a Parquet object; DuckDB only decodes its rows."""
    content = Content("biometrics")
    for moment, hero_id, *measures in parquet_rows(data, rules):
        content.rows_in += 1
        values = [measure(name, value, rules) for name, value in zip(MEASURES, measures, strict=True)]
        try:
            hero = identifier(hero_id, rules)
        except InvalidIdError:
            content.reject("invalid_hero_id")
            continue
        at = instant(moment, rules) if isinstance(moment, str) else moment
        if hero is None:
            content.reject("missing_hero_id")
        elif at is None:
            content.reject("invalid_timestamp")
        elif not is_plausible(minute_of(at)):
            content.reject("implausible_timestamp")
        elif all(value is None for value in values):
            content.reject("no_usable_measure")
        else:
            content.accepted.append(Reading(hero, at, *values))
    if content.rejected and not content.accepted and set(content.rejected) != {"no_usable_measure"}:
        raise BrokenObjectError("nothing of it can be used")
    return content


def parquet_rows(data: bytes, rules: Rules) -> list[tuple[Any, ...]]:
    """The rows of a Parquet file: timestamps as ISO text or instant, the hero id and measures as they are."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "object.parquet"
        path.write_bytes(data)
        connection.execute("set timezone = 'UTC'")
        try:
            elements = connection.execute(
                "select name, coalesce(duckdb_type, 'STRUCT'), coalesce(num_children, 0), coalesce(precision, 0),"
                " logical_type is null from parquet_schema(?)",
                [str(path)],
            ).fetchall()
            columns = top_level(elements)
            positions = [position_of(name, [column[0] for column in columns]) for name in COLUMNS]
            types = [columns[position][1].replace('"', "") for position in positions]
            digits = max(columns[position][3] for position in positions)
            if digits > 38 or not all(re.fullmatch(wanted, its) for wanted, its in zip(TYPES, types, strict=True)):
                raise BrokenObjectError(f"types {types}")
            rows = connection.execute(
                f"select * from read_parquet('{path}', hive_partitioning = false)"
            ).fetchall()
            without_zone = types[0].startswith(("TIMESTAMP", "DATE")) and "ZONE" not in types[0]
            is_local = without_zone and not columns[positions[0]][4]
        except duckdb.Error as error:
            raise BrokenObjectError(str(error)) from error
    return [tuple(plain(row[position], is_local, rules) for position in positions) for row in rows]


def top_level(elements: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The columns, without what is nested in them."""
    columns, skip = [], 0
    for element in elements[1:]:
        if skip:
            skip += element[2] - 1
        else:
            columns.append(element)
            skip = element[2]
    return columns


def position_of(name: str, names: list[str]) -> int:
    """Where the column is: spelled exactly, else the first in any case."""
    exact = [position for position, its in enumerate(names) if its == name]
    any_case = [position for position, its in enumerate(names) if its.lower() == name]
    if not any_case:
        raise BrokenObjectError(f"no column {name} in {names}")
    return (exact or any_case)[0]


def plain(value: Any, is_local: bool, rules: Rules) -> Any:
    """The value without types that only Parquet has: text, number, or an instant in UTC."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return ["not text"]
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if isinstance(value, datetime):
        if value in (datetime.max, datetime.min) or value.year in (1, 9999):
            return value.replace(tzinfo=UTC)
        return later(value, rules.time_zone) if is_local else value.replace(tzinfo=value.tzinfo or UTC)
    return str(value) if isinstance(value, UUID) else value


def mean(values: list[float]) -> float | None:
    """The mean; None without values."""
    return math.fsum(values) / len(values) if values else None
