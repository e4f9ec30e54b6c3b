"""Tells objects with one array of missions, as an export or a page of an API has them, from records.

A record may have arrays of objects, too, and fields that no table has. So an object is a wrapper only if it has no
field of a mission, and an array in it begins with an object that has one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from include.cerebro.formats.json_text import DECODER, Buffer, skip_value
from include.cerebro.formats.records import RECORD_CHARACTERS, field_key
from include.cerebro.platform.errors import BadObjectError

MISSION_KEYS = frozenset(
    {"missionid", "heroids", "location", "timestamp", "outcome", "damagereport"},
)
_SPACE = " \t\r\n"
_NAME = re.compile(r'"((?:[^"\\]|\\.){0,100})"')
_FIRST_NAME = re.compile(rf"\{{\s*{_NAME.pattern}\s*:")
_ARRAY = re.compile(r"\[\s*([{\]])")
_SCALAR = re.compile(r'[^,{}\[\]":]+')
# An error of the decoder so near to the end of what is in memory may be that end.
_NEAR = 16


class Wrappers:
    """The wrappers of one file."""

    def __init__(self, key: str) -> None:
        """Look at a file.

        Args:
            key: the object's key, for error messages.
        """
        self._key = key
        self._arrays: set[str] = set()

    def enter(self, buffer: Buffer, is_first: bool) -> bool:
        """Go to the array if the object that begins here is a wrapper.

        The object is looked at whole, up to the length of a record: what it is must not depend on how much of it is in
        memory. An object that is longer can be no record, and its array is read as a stream.

        Args:
            buffer: the text, at the beginning of an object.
            is_first: whether nothing of the file came before.

        Raises:
            BadObjectError: it has several arrays of objects.
        """
        while (
            (first := _FIRST_NAME.match(buffer.text, buffer.position)) is None and len(buffer) < 1000 and buffer.fill()
        ):
            pass
        if first is None or field_key(first[1]) in MISSION_KEYS:
            return False
        decoded = _decoded(buffer)
        if decoded is None:
            return self._go_to_array(buffer)
        value, end = decoded
        if _is_mission(value):
            return False
        arrays = {name: item for name, item in value.items() if isinstance(item, list)}
        of_objects = [name for name, item in arrays.items() if isinstance(next(iter(item), None), dict)]
        is_wrapper = any(_is_mission(arrays[name][0]) for name in of_objects)
        empty = [name for name, item in arrays.items() if not item]
        del value, decoded, arrays  # The values up to the array are parsed once more.
        if is_wrapper and len(of_objects) > 1:
            raise BadObjectError(self._key, f"it has several arrays: {', '.join(of_objects)[:500]}")
        if is_wrapper:
            return self._go_to_array(buffer)
        # An empty page looks like a record with an empty field, unless another page, or nothing, is beside it.
        if not empty or of_objects:
            return False
        if is_first and _is_last(buffer, end):
            return self._go_to_array(buffer, empty)
        return self._go_to_array(buffer, self._arrays)

    def leave(self, buffer: Buffer) -> None:
        """Go behind the object whose array has just been read.

        Raises:
            BadObjectError: it is cut off, or is no wrapper by what follows the array.
        """
        while True:
            buffer.skip(_SPACE + ",")
            if buffer.character == "}":
                buffer.position += 1
                return
            name = self._name(buffer)
            buffer.skip(_SPACE + ":")
            if field_key(name) in MISSION_KEYS:
                raise BadObjectError(self._key, f"it has an array of missions, and beside it a mission's field {name}")
            if buffer.character == "[":
                buffer.position += 1
                buffer.skip(_SPACE)
                if buffer.character == "{":
                    raise BadObjectError(self._key, f"it has several arrays of objects: {name} is another one")
                is_whole = skip_value(buffer, depth=1)
            elif buffer.character and buffer.character in '{"':
                is_whole = skip_value(buffer)
            else:
                is_whole = self._skip_scalar(buffer)
            if not is_whole:
                raise BadObjectError(self._key, "it is cut off or broken after its array")

    def _name(self, buffer: Buffer) -> str:
        """Go behind a name and return it; one that is longer than any name of a field is as good as none."""
        if buffer.character != '"':
            raise BadObjectError(self._key, "it is cut off or broken after its array")
        while (found := _NAME.match(buffer.text, buffer.position)) is None and len(buffer) < 1000 and buffer.fill():
            pass
        if found:
            buffer.position = found.end()
            return found[1]
        if not skip_value(buffer):
            raise BadObjectError(self._key, "it is cut off after its array")
        return ""

    def _skip_scalar(self, buffer: Buffer) -> bool:
        found = None
        while buffer.character and (found := _SCALAR.match(buffer.text, buffer.position)):
            buffer.position = found.end()
            if buffer.position < len(buffer.text):
                return True
        return False

    def _go_to_array(self, buffer: Buffer, empty: Collection[str] = ()) -> bool:
        """Go to the first array that begins with a mission, or that is empty and called so; stay if there is none."""
        for name, position in _members(buffer.text, buffer.position):
            if field_key(name) in MISSION_KEYS:
                return False
            begins = _ARRAY.match(buffer.text, position)
            if not begins:
                continue
            if name in empty if begins[1] == "]" else _names_mission(buffer.text, begins.end() - 1):
                self._arrays.add(name)
                buffer.position = position
                return True
        return False


def _decoded(buffer: Buffer) -> tuple[dict[str, Any], int] | None:
    """Return the object here and where it ends; None if it is broken, cut off, or longer than a record."""
    while True:
        try:
            return DECODER.raw_decode(buffer.text, buffer.position)
        except json.JSONDecodeError as error:
            # What is broken is not read on: thousands of lines may be.
            is_broken = error.pos < len(buffer.text) - _NEAR and not error.msg.startswith("Unterminated")
        except (ValueError, RecursionError):
            return None
        if is_broken or len(buffer) > RECORD_CHARACTERS or not buffer.fill():
            return None


def _is_last(buffer: Buffer, end: int) -> bool:
    """Return whether nothing but blanks follows."""
    length = end - buffer.position
    while not buffer.text[buffer.position + length :].strip(_SPACE + ","):
        if len(buffer) > RECORD_CHARACTERS:
            return False
        if not buffer.fill():
            return True
    return False


def _is_mission(value: dict[str, Any]) -> bool:
    return any(field_key(name) in MISSION_KEYS for name in value)


def _names_mission(text: str, begin: int) -> bool:
    """Return whether the object that begins here, broken or not, has a field of a mission."""
    return any(field_key(name) in MISSION_KEYS for name, _ in _members(text, begin))


def _members(text: str, begin: int) -> Iterator[tuple[str, int]]:
    """Yield the names of an object's fields, and where their values begin, as far as it is there and not broken."""
    position = begin + 1
    while True:
        try:
            name, position = DECODER.raw_decode(text, _after_blanks(text, position, ","))
            position = _after_blanks(text, position, ":")
            yield str(name), position
            _, position = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return


def _after_blanks(text: str, position: int, and_one: str) -> int:
    match = re.compile(rf"\s*{and_one}?\s*").match(text, position)
    return match.end() if match else position
