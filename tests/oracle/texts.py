"""Text objects: their encoding, the lines of CSV, and the elements of JSON. Everything is in memory at once."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import zlib
from collections.abc import Collection, Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from tests.oracle.values import stripped

DELIMITERS = ",;\t|"
MISSION_FIELDS = ("mission_id", "hero_ids", "location", "timestamp", "outcome", "damage_report")
MAX_CHARACTERS = 16 * 1024 * 1024


class BrokenObjectError(ValueError):
    """The object as a whole cannot be read."""


def spelled(name: str) -> str:
    """A field's name without case, blanks and punctuation."""
    return "".join(character for character in name.casefold() if character.isalnum())


def decode(data: bytes) -> str:
    """The bytes as text. Bytes that are none become half surrogates."""
    data = decompress(data)
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            try:
                return data.decode(encoding, "surrogateescape")
            except UnicodeDecodeError as error:
                raise BrokenObjectError(str(error)) from error
    start = data[:4096]
    zeros_first, zeros_second = start[::2].count(0), start[1::2].count(0)
    half = len(start) // 4
    if zeros_second > half and zeros_first <= len(start) // 20:
        return data.decode("utf-16-le", "surrogateescape")
    if zeros_first > half and zeros_second <= len(start) // 20:
        return data.decode("utf-16-be", "surrogateescape")
    text = data.decode("utf-8", "surrogateescape")
    bad = sum("\udc80" <= character <= "\udcff" for character in text)
    letters = sum(ord(character) > 127 for character in text) - bad
    if bad > 10 * letters:
        try:
            windows = data.decode("cp1252")
            if not any(ord(character) < 32 and character not in "\t\n\v\f\r" for character in windows):
                return windows
        except UnicodeDecodeError:
            pass
    return text


def decompress(data: bytes) -> bytes:
    """The bytes without compression."""
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data)
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            import zstandard

            return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True).read()
    except (OSError, EOFError, zlib.error) as error:
        raise BrokenObjectError(str(error)) from error
    return data


def csv_records(text: str) -> list[list[str] | None]:
    """The records of a CSV text; None for a line that is none."""
    lines = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)
    delimiter = None
    while lines and (not stripped(lines[0]) or lines[0].lower().startswith("sep=")):
        first = lines.pop(0)
        if stripped(first):
            delimiter = first[4]
    if not lines:
        return []
    if delimiter is None:
        wanted = {"heroid", "name", "alterego", "firstappearance"}
        delimiter = max(
            DELIMITERS,
            key=lambda d: len(wanted & {spelled(name) for name in next(csv.reader([lines[0]], delimiter=d))}),
        )
    records: list[list[str] | None] = []
    position = 0
    while position < len(lines):
        length, values = record_at(lines, position, delimiter)
        if values is None or stripped("".join(lines[position : position + length])):
            records.append(values)
        position += length
    return records


def record_at(lines: list[str], position: int, delimiter: str) -> tuple[int, list[str] | None]:
    """How many lines the record has, and its values."""
    for length in range(1, len(lines) - position + 1):
        text = "".join(lines[position : position + length])
        try:
            [values] = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            return length, values
        except csv.Error as error:
            if "unexpected end of data" not in str(error):
                break
    return 1, None


class Element(NamedTuple):
    """An element of JSON: its value, or why it has none."""

    value: Any = None
    reason: str | None = None


def refuse(constant: str) -> None:
    """JSON has no NaN and no Infinity."""
    raise ValueError(f"{constant} is not JSON")


def exact(number: str) -> Decimal:
    """The number with all its digits; ValueError if its exponent is too large for any."""
    try:
        return Decimal(number)
    except InvalidOperation as error:
        raise ValueError(number) from error


DECODER = json.JSONDecoder(parse_constant=refuse, parse_float=exact)


def parsed(text: str) -> Any:
    """The value of a JSON text; raises ValueError or RecursionError."""
    value, end = DECODER.raw_decode(text)
    if text[end:].strip(" \t\r\n"):
        raise ValueError("more")
    return value


def json_elements(text: str) -> list[Element]:
    """The elements of a JSON text in any arrangement."""
    text = text.lstrip(" \t\r\n")
    if not text:
        raise BrokenObjectError("nothing but blanks")
    try:
        value = parsed(text)
    except (ValueError, RecursionError):
        return broken_elements(text)
    if isinstance(value, list):
        return [as_element(item) for item in value]
    return wrapped(value, is_alone=True) if isinstance(value, dict) else [as_element(value)]


def as_element(value: Any) -> Element:
    """The value if it is an object."""
    return Element(value) if isinstance(value, dict) else Element(None, "not_an_object")


def is_mission(names: Iterable[str]) -> bool:
    """Whether one of the names is that of a mission's field."""
    return bool({spelled(name) for name in names} & {spelled(name) for name in MISSION_FIELDS})


def wrapped(value: dict[str, Any], is_alone: bool, pages: Collection[str] = ()) -> list[Element]:
    """The elements of the one array of an object, or the object itself. Pages are the names of such arrays before."""
    arrays = {name: item for name, item in value.items() if isinstance(item, list)}
    of_objects = {name: item for name, item in arrays.items() if item and isinstance(item[0], dict)}
    if is_mission(value):
        return [Element(value)]
    if any(is_mission(item[0]) for item in of_objects.values()):
        if len(of_objects) > 1:
            raise BrokenObjectError("several arrays")
        return [as_element(item) for items in of_objects.values() for item in items]
    is_empty_page = not of_objects and any(not item and (is_alone or name in pages) for name, item in arrays.items())
    return [] if is_empty_page else [Element(value)]


def broken_elements(text: str) -> list[Element]:
    """The elements of a text that is not one JSON value."""
    is_array = text.startswith("[")
    position, elements = int(is_array), []
    closed, pages = False, set[str]()
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if position == len(text) or closed:
            break
        if is_array and text[position] == "]":
            closed = True
            position += 1
            continue
        if text[position] != "{" and not is_array:
            end = text.find("\n", position)
            line = text[position:] if end < 0 else text[position:end]
            try:
                elements.append(as_element(parsed(line.rstrip(" \t\r,"))))
            except (ValueError, RecursionError):
                if end < 0:
                    raise BrokenObjectError("last line cut") from None
                elements.append(Element(None, "invalid_json"))
            position = len(text) if end < 0 else end
            continue
        try:
            value, position = DECODER.raw_decode(text, position)
            if is_array:
                elements.append(as_element(value))
                continue
            found = wrapped(value, not elements and not text[position:].strip(" \t\r\n,"), pages)
            if not found or found[0].value is not value:
                pages |= {name for name, item in value.items() if isinstance(item, list)}
            elements += found
        except (ValueError, RecursionError):
            if text[position] != "{":
                raise BrokenObjectError("cut off") from None
            inner = re.compile(r'\{\s*"(\w+)"\s*:\s*(?=\[\s*(\{[^}]*))').match(text, position)
            names = re.findall(r'"(\w+)"\s*:', inner[2]) if inner else []
            if not is_array and inner and not is_mission([inner[1]]) and is_mission(names):
                return elements + broken_elements(text[inner.end() : text.rstrip(" \t\r\n}").rfind("]") + 1])
            position = end_of_broken(text, position)
            elements.append(Element(None, "invalid_json"))
    if is_array and (not closed or position < len(text)):
        raise BrokenObjectError("cut off, or more after the end")
    return elements


def end_of_broken(text: str, begin: int) -> int:
    """Where a broken object ends: where its brackets match, or before the next line that begins as it does."""
    indent = text[text.rfind("\n", 0, begin) + 1 : begin]
    next_line = text.find(f"\n{indent}{{", begin) if not indent.strip(" \t,") else -1
    limit = len(text) if next_line < 0 else next_line
    inside = escaped = False
    stack = []
    for position in range(begin, limit):
        character = text[position]
        if inside:
            inside = character != '"' or escaped
            escaped = character == "\\" and not escaped
        elif character == '"':
            inside = True
        elif character in "[{":
            stack.append({"[": "]", "{": "}"}[character])
        elif character in "]}":
            if character != stack.pop():
                break
            if not stack:
                return position + 1
    if next_line < 0:
        rest = text[begin:]
        if indent.strip(" \t,") or not rest.endswith("\n") or "\n" in rest.rstrip():
            raise BrokenObjectError("cut off")
        return len(text)
    return next_line
