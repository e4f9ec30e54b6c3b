"""Hero and mission files as records: parsed, judged, and kept exactly as they came.

Readers yield Record for what is loaded and RejectedRecord for what goes to quarantine, in the order of the file, and
raise BadObjectError if the file as a whole cannot be understood.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn, TextIO

from include.cerebro.platform.errors import BadObjectError

HERO_COLUMNS = ("hero_id", "name", "alter_ego", "first_appearance")
# Deeper nesting than this is no mission; PostgreSQL and Python both give up some way beyond.
MAX_NESTING = 200
READ_CHARACTERS = 1 << 20


class Record(NamedTuple):
    """A record to load. ``text`` is JSON; ``row_number`` counts from 1; ``instant`` is a mission's time, in UTC."""

    row_number: int
    text: str
    instant: datetime | None = None


class RejectedRecord(NamedTuple):
    """A record for the quarantine, with the reason."""

    row_number: int
    text: str
    reason: str


Reader = Callable[[str, TextIO], Iterator[Record | RejectedRecord]]


def read_heroes(key: str, source: TextIO) -> Iterator[Record | RejectedRecord]:
    """Read a CSV file with a header line; each record becomes an object of strings by column name."""
    lines = csv.reader(source, strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        missing = [name for name in HERO_COLUMNS if name not in header]
        if missing:
            raise BadObjectError(
                key,
                f"its header lacks {', '.join(missing)}; it reads: {', '.join(header) or 'nothing'}",
                f"The first line must name {', '.join(HERO_COLUMNS)}",
            )
        if len(set(header)) < len(header):
            raise BadObjectError(key, f"its header names a column twice: {', '.join(header)}")
        row_number = 0
        for values in lines:
            if not values:
                continue
            row_number += 1
            if len(values) != len(header):
                raise BadObjectError(
                    key,
                    f"line {lines.line_num} has {len(values)} values where the header names {len(header)}",
                    "Quote values that contain commas or line breaks and deliver it again under the same key",
                )
            text = json.dumps(dict(zip(header, values, strict=True)), ensure_ascii=False)
            reason = _text_problem(text)
            if reason is None and not values[header.index("hero_id")].strip():
                reason = "missing_hero_id"
            yield RejectedRecord(row_number, text, reason) if reason else Record(row_number, text)
    except csv.Error as error:
        raise BadObjectError(key, f"line {lines.line_num} is not CSV: {error}") from error


def read_missions(key: str, source: TextIO) -> Iterator[Record | RejectedRecord]:
    """Read a JSON array of missions, or one mission a line."""
    start = ""
    while not start.strip() and (chunk := source.read(READ_CHARACTERS)):
        start += chunk
    start = start.lstrip()
    if not start:
        return
    texts = _array_elements(key, start, source) if start.startswith("[") else _lines(key, start, source)
    for row_number, text in enumerate(texts, start=1):
        yield _judge_mission(row_number, text)


def _judge_mission(row_number: int, text: str) -> Record | RejectedRecord:
    try:
        mission = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return RejectedRecord(row_number, text, "invalid_json")
    if not isinstance(mission, dict):
        return RejectedRecord(row_number, text, "not_an_object")
    reason = _text_problem(text)
    mission_id = mission.get("mission_id")
    if reason is None and (
        isinstance(mission_id, (bool, dict, list)) or mission_id is None or not str(mission_id).strip()
    ):
        reason = "missing_mission_id"
    instant = parse_instant(mission.get("timestamp"))
    if reason is None and instant is None:
        reason = "invalid_timestamp"
    return RejectedRecord(row_number, text, reason) if reason else Record(row_number, text, instant)


def parse_instant(value: Any) -> datetime | None:
    """Read ISO 8601 text with any offset (none means UTC) as an instant in UTC; None if it is nothing of the kind."""
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value.strip().upper())
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _text_problem(text: str) -> str | None:
    """Name what PostgreSQL could store but never read: NUL, half a surrogate pair, bottomless nesting."""
    if _nesting(text) > MAX_NESTING:
        return "invalid_json"
    if "\\u" not in text and "\x00" not in text:
        return None
    try:
        plain = json.dumps(json.loads(text), ensure_ascii=False)
        plain.encode("utf-8")
    except UnicodeEncodeError:
        return "invalid_text"
    return "invalid_text" if re.search(r"(?<!\\)(\\\\)*\\u0000", plain) else None


def _nesting(text: str) -> int:
    """Return how deep the brackets are nested; those inside strings do not count."""
    if text.count("[") + text.count("{") <= MAX_NESTING:
        return 1
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
    return deepest


def _lines(key: str, start: str, source: TextIO) -> Iterator[str]:
    """Yield one record a line. A last line that is cut off fails the file; any other bad line is judged by itself."""
    rest = start
    whole = _single_object(start)
    if whole is not None:
        yield whole
        return
    while True:
        *lines, rest = rest.split("\n")
        yield from (line.strip() for line in lines if line.strip())
        chunk = source.read(READ_CHARACTERS)
        if not chunk:
            break
        rest += chunk
    if rest.strip():
        try:
            json.loads(rest)
        except (ValueError, RecursionError) as error:
            raise BadObjectError(key, f"it is cut off: its last line ends in the middle ({error})") from error
        yield rest.strip()


def _single_object(start: str) -> str | None:
    """Return the text if it is one object spread over several lines."""
    first_line = start.split("\n", 1)[0]
    try:
        json.loads(first_line)
    except (ValueError, RecursionError):
        if len(start) < READ_CHARACTERS:
            try:
                return start.strip() if isinstance(json.loads(start), dict) else None
            except (ValueError, RecursionError):
                return None
    return None


def _array_elements(key: str, start: str, source: TextIO) -> Iterator[str]:
    """Yield the exact text of every element, holding one element and a chunk in memory, never the whole array."""
    text, position, needs_comma = start, 1, False
    while True:
        begin = _skip_blanks(text, position)
        character = text[begin : begin + 1]
        if character == "]":
            if (text[begin + 1 :] + source.read()).strip():
                raise BadObjectError(key, "there is more after the end of its JSON array")
            return
        if needs_comma and character == ",":
            begin = _skip_blanks(text, begin + 1)
        end = _end_of_value(text, begin) if not needs_comma or character == "," else None
        if end is None:
            chunk = source.read(max(READ_CHARACTERS, len(text)))
            if not chunk:
                raise BadObjectError(
                    key, f"its JSON array is cut off or broken from here on: {text[begin : begin + 60]!r}"
                )
            text, position = text[position:] + chunk, 0
            continue
        yield text[begin:end]
        position, needs_comma = end, True


def _end_of_value(text: str, begin: int) -> int | None:
    """Return where the JSON value that begins there ends, None if it does not end in this text."""
    try:
        _, end = json.JSONDecoder().raw_decode(text, begin)
    except (ValueError, RecursionError):
        return None
    # At the very end of the text a number might go on; a whole array has a bracket after its last value.
    return end if end < len(text) else None


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
