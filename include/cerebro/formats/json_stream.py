"""Finds the records in JSON of any arrangement, one at a time, each with its exact text.

An array, one object a line, objects one after another, or an object with one array of objects. A broken record is
yielded as such, and reading goes on after it where its end can be told. No streaming library does either: they yield
values instead of texts, and stop at the first error (``docs/decisions/0049``). The values are parsed by ``json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple, TextIO

from include.cerebro.formats.json_text import DECODER, Buffer, end_of_value, refuse_constant, skip_value
from include.cerebro.formats.json_wrappers import Wrappers
from include.cerebro.formats.records import KEPT_CHARACTERS, RECORD_CHARACTERS
from include.cerebro.platform.errors import BadObjectError


class Element(NamedTuple):
    """A record: its text, its value, and why it has none."""

    text: str
    value: Any = None
    reason: str | None = None


def read_elements(key: str, source: TextIO, chunk_characters: int) -> Iterator[Element]:
    """Yield every record of a JSON text.

    Args:
        key: the object's key, for error messages.
        source: the text.
        chunk_characters: characters that are read at a time.

    Raises:
        BadObjectError: the text is cut off, or something follows the end of its array.
    """
    buffer = Buffer(source, chunk_characters)
    buffer.skip(" \t\r\n")
    if not buffer.character:
        raise BadObjectError(key, "it is empty (nothing but blanks)")
    if buffer.character == "[":
        yield from _array(key, buffer)
        buffer.skip(" \t\r\n")
        if buffer.character:
            raise BadObjectError(key, "there is more after the end of its JSON array")
        return
    wrappers, is_first = Wrappers(key), True
    while True:
        buffer.skip(" \t\r\n,")
        if not buffer.character:
            return
        if buffer.character != "{":
            yield _line(key, buffer)
        elif wrappers.enter(buffer, is_first):
            yield from _array(key, buffer)
            wrappers.leave(buffer)
        else:
            yield _object(key, buffer)
        is_first = False


def _array(key: str, buffer: Buffer) -> Iterator[Element]:
    """Yield the elements of the array that begins here."""
    buffer.take(buffer.position + 1)
    buffer.skip(" \t\r\n")
    if buffer.character == "]":
        buffer.position += 1
        return
    while True:
        # A list, so that nothing here keeps the record's value in memory while the record is written.
        found = [_object(key, buffer) if buffer.character == "{" else _scalar(key, buffer)]
        is_broken = found[0].reason is not None
        yield found.pop()
        buffer.skip(" \t\r\n")
        if buffer.character == "]":
            buffer.position += 1
            return
        if buffer.character == ",":
            buffer.position += 1
            buffer.skip(" \t\r\n")
        elif not (is_broken and buffer.character == "{"):
            raise _broken(key, buffer)


def _broken(key: str, buffer: Buffer) -> BadObjectError:
    rest = buffer.text[buffer.position : buffer.position + 60]
    return BadObjectError(key, f"its JSON is cut off or broken from here on: {rest!r}")


def _scalar(key: str, buffer: Buffer) -> Element:
    """Return the element of an array that is no object."""
    while True:
        end = _end(buffer)
        if end is not None and (end < len(buffer.text) or buffer.ended):
            return Element(buffer.take(end), None, "not_an_object")
        if len(buffer) > RECORD_CHARACTERS or not buffer.fill():
            raise _broken(key, buffer)


def _end(buffer: Buffer) -> int | None:
    try:
        return DECODER.raw_decode(buffer.text, buffer.position)[1]
    except (ValueError, RecursionError):
        return None


def _object(key: str, buffer: Buffer) -> Element:
    """Return the object that begins here, whole or broken."""
    indent = buffer.indent
    while True:
        try:
            value, end = DECODER.raw_decode(buffer.text, buffer.position)
            return Element(buffer.take(end), value)
        except (ValueError, RecursionError):
            # What is broken is told from what is not there yet by a look ahead.
            if len(buffer) < buffer.chunk_characters and buffer.fill():
                continue
        # The next record begins at the latest in the next line that begins like this one.
        next_line = buffer.find(f"\n{indent}{{") if indent is not None else None
        end_here = end_of_value(buffer.text, buffer.position, next_line)
        if end_here is not None or next_line is not None:
            return Element(buffer.take(end_here or next_line or 0).rstrip(" \t\r\n,"), None, "invalid_json")
        if len(buffer) > RECORD_CHARACTERS:
            start = buffer.text[buffer.position : buffer.position + KEPT_CHARACTERS]
            if not skip_value(buffer):
                raise BadObjectError(key, f"it is cut off: it ends within this record: {start[:60]!r}")
            return Element(start, None, "record_too_long")
        if not buffer.fill():
            rest = buffer.text[buffer.position :]
            if indent is not None and rest.endswith("\n") and "\n" not in rest.rstrip():
                return Element(buffer.take(len(buffer.text)).rstrip(" \t\r\n,"), None, "invalid_json")
            raise BadObjectError(
                key, f"it is cut off: it ends in the middle of this record: {buffer.text[buffer.position :][:60]!r}"
            )


def _line(key: str, buffer: Buffer) -> Element:
    """Return the rest of a line that does not begin with an object."""
    while (end := buffer.find("\n")) is None and len(buffer) <= RECORD_CHARACTERS and buffer.fill():
        pass
    text = buffer.text[buffer.position : end][: RECORD_CHARACTERS + 1].rstrip(" \t\r\n,")
    if len(text) > RECORD_CHARACTERS:
        while buffer.find("\n") is None and buffer.fill(drop=True):
            pass
        end = buffer.find("\n")
        buffer.take(len(buffer.text) if end is None else end)
        return Element(text[:KEPT_CHARACTERS], None, "record_too_long")
    try:
        value = json.loads(text, parse_constant=refuse_constant)
        reason = "not_an_object" if not isinstance(value, dict) else None
    except (ValueError, RecursionError) as error:
        if end is None:
            raise BadObjectError(key, f"it is cut off: its last line ends in the middle ({error})") from error
        value, reason = None, "invalid_json"
    buffer.take(len(buffer.text) if end is None else end)
    return Element(text, value, reason)
