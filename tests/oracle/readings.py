"""Reads one object of biometrics."""

from __future__ import annotations

import json
import re
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from tests.oracle.content import MEASURES, Content, Reading
from tests.oracle.texts import BrokenObjectError
from tests.oracle.values import (
    DEFAULT,
    IMPLAUSIBLE,
    InvalidIdError,
    Rules,
    identifier,
    instant,
    is_plausible,
    later,
    measure,
    minute_of,
    number,
)

INTEGER = r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)"
NUMERIC = rf"FLOAT|DOUBLE|DECIMAL.*|{INTEGER}"
TEXTS = r"VARCHAR|ENUM.*|JSON|BLOB"
COLUMNS = ("timestamp", "hero_id", *MEASURES)
TYPES = (rf"TIMESTAMP.*|DATE|{TEXTS}|NULL", rf"{TEXTS}|UUID|NULL|{NUMERIC}", *[rf"{TEXTS}|NULL|{NUMERIC}"] * 3)


def read_biometrics(data: bytes, rules: Rules = DEFAULT) -> Content:
    """Read a Parquet object; DuckDB only decodes its rows."""
    content = Content("biometrics")
    for row in parquet_rows(data, rules):
        content.rows_in += 1
        judged = judge_reading(row, rules)
        if isinstance(judged, str):
            content.reject(judged)
            continue
        content.accept(judged, judged)
        for name, delivered in zip(MEASURES, row[2:], strict=True):
            missing = delivered is None or number(delivered) in rules.no_reading.get(name, ())
            content.not_understood[name] += getattr(judged, name) is None and not missing
    content.not_understood = +content.not_understood
    return content.checked()


def judge_reading(row: tuple[Any, ...], rules: Rules = DEFAULT) -> Reading | str:
    """A row of ``parquet_rows`` as it is understood, or the reason for which it is rejected."""
    moment, hero_id, *measures = row
    values = [measure(name, value, rules) for name, value in zip(MEASURES, measures, strict=True)]
    try:
        hero = identifier(hero_id, rules)
    except InvalidIdError:
        return "invalid_hero_id"
    at = instant(moment, rules) if isinstance(moment, str) else moment
    if hero is None:
        return "missing_hero_id"
    if at is None:
        return "invalid_timestamp"
    if not is_plausible(minute_of(at)):
        return "implausible_timestamp"
    if all(value is None for value in values):
        return "no_usable_measure"
    return Reading(hero, at, *values)


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
            aliases = [f"c{number}" for number in range(len(columns))]
            is_instant = types[0].startswith(("TIMESTAMP", "DATE"))
            moment = f"c{positions[0]}"
            if is_instant:
                # Python has no years beyond 9999, and takes infinity for the end of that one.
                moment = f"case when not isinf({moment}) then epoch_us({moment}) end"
            others = ", ".join(f"c{position}" for position in positions[1:])
            rows = connection.execute(
                f"select {moment}, {others}"
                f" from read_parquet('{path}', hive_partitioning = false) as rows ({', '.join(aliases)})"
            ).fetchall()
            is_local = (
                is_instant and "ZONE" not in types[0] and not (types[0] == "TIMESTAMP" and columns[positions[0]][4])
            )
        except duckdb.Error as error:
            raise BrokenObjectError(str(error)) from error
    return [
        (
            moment_of(row[0], is_local, rules) if is_instant else text_of(plain(row[0], types[0])),
            *(plain(value, its_type) for value, its_type in zip(row[1:], types[1:], strict=True)),
        )
        for row in rows
    ]


def moment_of(microseconds: int | None, is_local: bool, rules: Rules) -> datetime | None:
    """The instant of so many microseconds after 1970, of the zone's clocks or in UTC."""
    if microseconds is None:
        return None
    try:
        moment = datetime(1970, 1, 1) + timedelta(microseconds=microseconds)  # noqa: DTZ001 - local at first
        return later(moment, rules.time_zone) if is_local else moment.replace(tzinfo=UTC)
    except OverflowError:
        return IMPLAUSIBLE


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


def text_of(value: Any) -> str | None:
    """The value if it is a text."""
    return value if isinstance(value, str) else None


def plain(value: Any, its_type: str) -> Any:
    """The value without types that only Parquet has. A list or an object of JSON is its text."""
    if its_type == "JSON" and value is not None:
        parsed = json.loads(value)
        return value if isinstance(parsed, dict | list | bool) else parsed
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return ["not text"]
    return str(value) if isinstance(value, UUID) else value
