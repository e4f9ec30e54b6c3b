"""Reads mission files: a JSON array, one mission a line, or a single mission."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NoReturn, TextIO

from include.cerebro.formats.records import Record, RejectedRecord, text_problem
from include.cerebro.formats.rules import DEFAULT_RULES
from include.cerebro.formats.values import parse_instant
from include.cerebro.platform.errors import BadObjectError

CHUNK_CHARACTERS = 1 << 20


def read_missions(
    key: str, source: TextIO, chunk_characters: int = CHUNK_CHARACTERS
) -> Iterator[Record | RejectedRecord]:
    """Read a JSON array of missions, or one mission a line.

    Args:
        key: the object's key, for error messages.
        source: the object's text.
        chunk_characters: characters that are read at a time.

    Raises:
        BadObjectError: the file is cut off, or more follows the end of its array.
    """
    start = ""
    while not start.strip() and (chunk := source.read(chunk_characters)):
        start += chunk
    start = start.lstrip()
    if not start:
        return
    elements = _array_elements if start.startswith("[") else _lines
    texts = elements(key, start, source, chunk_characters)
    for row_number, text in enumerate(texts, start=1):
        yield _judge_mission(row_number, text)


def _judge_mission(row_number: int, text: str) -> Record | RejectedRecord:
    try:
        mission = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return RejectedRecord(row_number, text, "invalid_json")
    if not isinstance(mission, dict):
        return RejectedRecord(row_number, text, "not_an_object")
    reason = text_problem(text)
    mission_id = mission.get("mission_id")
    if reason is None and (
        isinstance(mission_id, (bool, dict, list)) or mission_id is None or not str(mission_id).strip()
    ):
        reason = "missing_mission_id"
    instant = parse_instant(mission.get("timestamp"), DEFAULT_RULES)
    if reason is None and instant is None:
        reason = "invalid_timestamp"
    return RejectedRecord(row_number, text, reason) if reason else Record(row_number, text, instant)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _lines(key: str, start: str, source: TextIO, chunk_characters: int) -> Iterator[str]:
    """Yield one record a line. A truncated last line fails the file; any other bad line is judged by itself."""
    rest = start
    whole = _single_object(start, chunk_characters)
    if whole is not None:
        yield whole
        return
    while True:
        *lines, rest = rest.split("\n")
        yield from (line.strip() for line in lines if line.strip())
        chunk = source.read(chunk_characters)
        if not chunk:
            break
        rest += chunk
    if rest.strip():
        try:
            json.loads(rest)
        except (ValueError, RecursionError) as error:
            raise BadObjectError(key, f"it is cut off: its last line ends in the middle ({error})") from error
        yield rest.strip()


def _single_object(start: str, chunk_characters: int) -> str | None:
    """Return the text if it is one object spread over several lines."""
    first_line = start.split("\n", 1)[0]
    try:
        json.loads(first_line)
    except (ValueError, RecursionError):
        if len(start) < chunk_characters:
            try:
                return start.strip() if isinstance(json.loads(start), dict) else None
            except (ValueError, RecursionError):
                return None
    return None


def _array_elements(key: str, start: str, source: TextIO, chunk_characters: int) -> Iterator[str]:
    """Yield the exact text of every element, with one element and one chunk in memory, never the whole array."""
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
            chunk = source.read(max(chunk_characters, len(text)))
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
    # A number at the very end of the text may go on; a complete array has a bracket after its last value.
    return end if end < len(text) else None


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
