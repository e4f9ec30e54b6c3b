"""Reads mission files: JSON in any arrangement, fields in any spelling, and what the fields mean."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any, TextIO

from include.cerebro.formats.json_stream import read_elements
from include.cerebro.formats.json_text import DECODER
from include.cerebro.formats.records import Record, RejectedRecord, field_key, text_notices, text_problem
from include.cerebro.formats.rules import DEFAULT_RULES, FormatRules
from include.cerebro.formats.values import (
    InvalidValueError,
    is_plausible,
    parse_amount,
    parse_id,
    parse_instant,
    trimmed,
)

# The parser counts the lines before each error: 700,000 broken lines took minutes with a chunk of 1 MiB.
CHUNK_CHARACTERS = 1 << 16
FIELDS = ("mission_id", "hero_ids", "location", "timestamp", "outcome", "damage_report")
OPTIONAL_FIELDS = ("hero_ids", "location", "outcome", "damage_report")
TEXTS = ("location", "outcome")
DAMAGE = ("structural_damage", "civilian_injuries")
# Several ids in one text, for example of a CSV export.
_BETWEEN_IDS = re.compile(r"[,;|]")
_LISTED = re.compile(r"\[.*\]|\(.*\)|\{.*\}", re.DOTALL)


def read_missions(
    key: str, source: TextIO, rules: FormatRules = DEFAULT_RULES, chunk_characters: int = CHUNK_CHARACTERS
) -> Iterator[Record | RejectedRecord]:
    """Read missions one at a time.

    Args:
        key: the object's key, for error messages.
        source: the object's text.
        rules: how values are understood.
        chunk_characters: characters that are read at a time.

    Raises:
        BadObjectError: the file is cut off, or more follows the end of its array.
    """
    row_number = 0
    for text, value, reason in read_elements(key, source, chunk_characters):
        row_number += 1  # noqa: SIM113 - enumerate() would keep the value, too
        record = RejectedRecord(row_number, text, reason) if reason else _judge_mission(row_number, text, value, rules)
        # The values of a record take up to 35 times as much memory as its text, which is about to be copied.
        del text, value
        yield record
        # The next record is read without this one beside it.
        del record


def _judge_mission(row_number: int, text: str, mission: dict[str, Any], rules: FormatRules) -> Record | RejectedRecord:
    if reason := text_problem(text):
        return RejectedRecord(row_number, text, reason)
    known = _known_fields(mission, FIELDS)
    try:
        mission_id = None if isinstance(known.get("mission_id"), (bool, dict, list)) else known.get("mission_id")
        mission_id = parse_id(mission_id, rules)
    except InvalidValueError:
        return RejectedRecord(row_number, text, "invalid_mission_id")
    instant = parse_instant(known.get("timestamp"), rules)
    if mission_id is None or instant is None:
        return RejectedRecord(row_number, text, "invalid_timestamp" if mission_id else "missing_mission_id")
    if not is_plausible(instant, datetime.now(UTC)):
        return RejectedRecord(row_number, text, "implausible_timestamp")
    try:
        hero_ids = parse_crew(known.get("hero_ids"), rules)
    except InvalidValueError:
        return RejectedRecord(row_number, text, "invalid_hero_ids")
    report = known.get("damage_report")
    damage = _known_fields(report, DAMAGE) if isinstance(report, dict) else {}
    not_understood = [name for name, value in damage.items() if not _is_missing(value) and parse_amount(value) is None]
    if report is not None and not isinstance(report, dict):
        not_understood.append("damage_report")
    notices = text_notices({name: known[name] for name in TEXTS if name in known})
    delivered_crew = known.get("hero_ids")
    if isinstance(delivered_crew, list) and len(hero_ids) < len(delivered_crew):
        notices += (("hero_ids", "left_out"),)
    is_standard = isinstance(report, dict) and all(name in report for name in damage)
    understood = known | {
        "mission_id": mission_id,
        "hero_ids": hero_ids,
        "damage_report": report if is_standard else damage or report,
    }
    fields = _fields(mission, understood)
    return Record(row_number, text, instant, fields, tuple(not_understood), notices, tuple(mission))


def _known_fields(record: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return the fields by their standard names. A field that is spelled so counts before any other spelling."""
    if all(name in record for name in names):
        return {name: record[name] for name in names}
    spellings = {field_key(name): value for name, value in reversed(record.items())}
    return {
        name: record[name] if name in record else spellings[field_key(name)]
        for name in names
        if name in record or field_key(name) in spellings
    }


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not trimmed(value))


def _fields(mission: dict[str, Any], understood: dict[str, Any]) -> str | None:
    """Return the fields as they are understood; None if the record says the same by itself."""
    delivered = {name: mission.get(name) for name in understood}
    if delivered | {"hero_ids": delivered["hero_ids"] or []} == understood:
        return None
    # Pieces go into one text as they come: json.dumps lists them first, 80 bytes each, of a record of 16 MB 300 MB.
    written = StringIO()
    json.dump(understood, written, ensure_ascii=False, default=str)
    return written.getvalue()


def parse_crew(value: Any, rules: FormatRules) -> list[str]:
    """Return the hero ids of a mission, without those that are missing.

    Args:
        value: a list of ids or of objects with a ``hero_id``, one of these alone, or a text that lists ids.
        rules: the words that mean that an id is missing.

    Raises:
        InvalidValueError: it has something that is no id.
    """
    if isinstance(value, str):
        value = _listed(value)
    if value is None:
        return []
    items = value if isinstance(value, list) else [value]
    ids = [parse_id(_hero_id(item), rules) for item in items]
    return [hero_id for hero_id in ids if hero_id]


def _hero_id(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    # Python's own form of a dict may have names of any type.
    known = _known_fields(item, ("hero_id",)) if all(isinstance(name, str) for name in item) else {}
    if "hero_id" not in known:
        raise InvalidValueError("it names no hero_id")
    return known["hero_id"]


def _listed(text: str) -> list[Any]:
    """Return the ids in a text: JSON or Python's own form of a list, or ids between commas.

    Raises:
        InvalidValueError: it is a set of Python's with something in it that a set cannot have, and no id is.
    """
    text = trimmed(text)
    if _LISTED.fullmatch(text):
        for parse in (DECODER.decode, ast.literal_eval):
            try:
                value = parse(text)
            except TypeError:
                raise InvalidValueError("it has a list or a dict in a set") from None
            except (ValueError, SyntaxError, RecursionError, MemoryError):
                continue
            return list(value) if isinstance(value, (list, tuple, set)) else [value]
        text = text[1:-1]
    return [part.strip("'\"") for part in map(trimmed, _BETWEEN_IDS.split(text))]
