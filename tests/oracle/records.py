"""Reads one object of heroes or missions."""

from __future__ import annotations

import ast
from typing import Any

from tests.oracle.content import Content
from tests.oracle.texts import MISSION_FIELDS, BrokenObjectError, csv_records, decode, json_elements, parsed, spelled
from tests.oracle.values import (
    DEFAULT,
    InvalidIdError,
    Rules,
    amount,
    identifier,
    instant,
    is_plausible,
    stripped,
    text,
)

DAMAGE = ("structural_damage", "civilian_injuries")
HERO_COLUMNS = ("hero_id", "name", "alter_ego", "first_appearance")
# Records that are nested deeper are rejected.
MAX_DEPTH = 200


def read_heroes(data: bytes, rules: Rules = DEFAULT) -> Content:
    """Read a CSV object with a header line."""
    content = Content("heroes")
    header: list[str] | None = None
    for values in csv_records(decode(data)):
        if header is None:
            header, named = header_of(values or [])
            continue
        content.rows_in += 1
        if values is not None and not any(text(value) for value in values[len(header) :]):
            values = values[: len(header)]
            while len(values) < len(header) and not named[len(values)]:
                values = [*values, ""]
        if values is None or len(values) != len(header):
            content.reject("invalid_csv")
            continue
        record = {
            name: value
            for name, has_name, value in zip(header, named, values, strict=True)
            if has_name or text(value) is not None
        }
        hero = judge_hero(record, rules)
        if isinstance(hero, str):
            content.reject(hero, record)
        else:
            content.accept(record, hero)
    if header is None:
        raise BrokenObjectError("no header")
    return content.checked()


def judge_hero(record: dict[str, Any], rules: Rules = DEFAULT) -> dict[str, Any] | str:
    """A hero record by its standard names, or the reason for which it is rejected."""
    by_spelling = {spelled(name): value for name, value in reversed(record.items())}
    hero = {name: by_spelling[spelled(name)] for name in HERO_COLUMNS}
    try:
        hero["hero_id"] = identifier(hero["hero_id"], rules) or ""
    except InvalidIdError:
        return "invalid_hero_id" if is_clean(record) else "invalid_text"
    if not is_clean(record):
        return "invalid_text"
    if all(spelled(value) == spelled(name) for name, value in hero.items()):
        return "repeated_header"
    return hero if hero["hero_id"] else "missing_hero_id"


def header_of(values: list[str]) -> tuple[list[str], list[bool]]:
    """A name for each column, and whether the header names it."""
    names = [stripped(name) for name in values]
    spellings = [spelled(name) for name in names]
    if any(spellings.count(spelled(name)) != 1 for name in HERO_COLUMNS):
        raise BrokenObjectError(f"header {names}")
    unique: list[str] = []
    for place, name in enumerate(names):
        candidate, number = name or f"column_{place + 1}", 1
        while candidate in unique:
            number += 1
            candidate = f"{name}_{number}"
        unique.append(candidate)
    return unique, [bool(name) for name in names]


def read_missions(data: bytes, rules: Rules = DEFAULT) -> Content:
    """Read JSON in any arrangement."""
    content = Content("missions")
    for element in json_elements(decode(data)):
        content.rows_in += 1
        if element.reason:
            content.reject(element.reason)
            continue
        mission = judge_mission(element.value, rules)
        if isinstance(mission, str):
            content.reject(mission, element.value)
            continue
        for name, value in mission["damage_report"].items():
            if text(value) is not None and amount(value) is None:
                content.not_understood[name] += 1
        report = known_fields(element.value, ("damage_report",)).get("damage_report")
        if report is not None and not isinstance(report, dict):
            content.not_understood["damage_report"] += 1
        content.accept(element.value, mission)
    return content.checked()


def judge_mission(record: Any, rules: Rules = DEFAULT) -> dict[str, Any] | str:
    """A mission record by its standard names, or the reason for which it is rejected."""
    known = known_fields(record, MISSION_FIELDS)
    reason = fault_of_mission(record, known, rules)
    if reason:
        return reason
    report = known.get("damage_report")
    return known | {
        "mission_id": identifier(known["mission_id"], rules),
        "hero_ids": crew(known.get("hero_ids"), rules),
        "damage_report": known_fields(report, DAMAGE) if isinstance(report, dict) else {},
    }


def known_fields(record: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The fields by their standard names: spelled exactly, else the first of any spelling."""
    found = {}
    for name in names:
        others = [value for spelling, value in record.items() if spelled(spelling) == spelled(name)]
        if name in record or others:
            found[name] = record[name] if name in record else others[0]
    return found


def fault_of_mission(record: Any, known: dict[str, Any], rules: Rules) -> str | None:
    """The reason for which a mission record is rejected, or None."""
    if depth(record) > MAX_DEPTH:
        return "invalid_json"
    if not is_clean(record):
        return "invalid_text"
    mission_id = known.get("mission_id")
    try:
        if isinstance(mission_id, bool | list | dict) or identifier(mission_id, rules) is None:
            return "missing_mission_id"
    except InvalidIdError:
        return "invalid_mission_id"
    at = instant(known.get("timestamp"), rules)
    if at is None:
        return "invalid_timestamp"
    if not is_plausible(at):
        return "implausible_timestamp"
    try:
        crew(known.get("hero_ids"), rules)
    except InvalidIdError:
        return "invalid_hero_ids"
    return None


def crew(value: Any, rules: Rules) -> list[str]:
    """The ids of a crew. Raises InvalidIdError."""
    if isinstance(value, str):
        value = listed(stripped(value))
    items = [] if value is None else value if isinstance(value, list) else [value]
    ids = []
    for item in items:
        if isinstance(item, dict):
            inner = known_fields(item, ("hero_id",)) if all(isinstance(name, str) for name in item) else {}
            if not inner:
                raise InvalidIdError("no hero_id")
            item = inner["hero_id"]
        ids.append(identifier(item, rules))
    return [hero_id for hero_id in ids if hero_id]


def listed(value: str) -> list[Any]:
    """The ids of a text that lists them. Raises InvalidIdError."""
    if value[:1] + value[-1:] in ("[]", "()", "{}"):
        for parse in (parsed, ast.literal_eval):
            try:
                items = parse(value)
            except TypeError as error:
                raise InvalidIdError(str(error)) from error
            except (ValueError, SyntaxError, RecursionError):
                continue
            return list(items) if isinstance(items, list | tuple | set) else [items]
        value = value[1:-1]
    return [stripped(part).strip("'\"") for part in value.replace(";", ",").replace("|", ",").split(",")]


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
