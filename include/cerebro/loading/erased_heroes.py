"""Takes heroes who were forgotten out of hero and mission records, before they are stored anywhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from include.cerebro.formats.json_text import DECODER
from include.cerebro.formats.missions_json import parse_crew
from include.cerebro.formats.records import Record, RejectedRecord, field_key
from include.cerebro.formats.rules import ALL_IDS
from include.cerebro.formats.values import ID_CHARACTERS, InvalidValueError, parse_id, trimmed
from include.cerebro.ledger.erasures import ERASED

# Records that are compared with the erasures by one query: 1,000 ordinary ones, or a few very long ones.
BATCH_RECORDS = 1000
BATCH_CHARACTERS = 1 << 20

_CREW = field_key("hero_ids")
_SPACE = re.compile(r"\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*+)"')
# What stands between the values of CSV and JSON. Apostrophes are part of names.
_BETWEEN = re.compile(r'[,;|\t\r\n\[\]{}():"]+')
_DIGIT = re.compile("[0-9]")


def without_erased(
    records: Iterable[Record | RejectedRecord], erased: Callable[[Iterable[str]], set[str]]
) -> Iterator[Record | RejectedRecord]:
    """Yield the records: those of a hero who was forgotten are rejected, and missions lose the hero from their crew.

    Args:
        records: what a reader yields.
        erased: returns those of some hero ids whose hero was forgotten.
    """
    batch: list[Record | RejectedRecord] = []
    characters = 0
    for record in records:
        batch.append(record)
        characters += len(record.text)
        if len(batch) == BATCH_RECORDS or characters > BATCH_CHARACTERS:
            yield from _judged(batch, erased)
            batch, characters = [], 0
    yield from _judged(batch, erased)


def names_in(text: str) -> set[str]:
    """Return whatever may be a hero's id in a record's text, as it is and as a reader understands it.

    Args:
        text: JSON, a line of CSV, or broken.
    """
    found = set(_BETWEEN.split(text))
    for quoted in _QUOTED.findall(text):
        try:
            found.add(json.loads(f'"{quoted}"'))
        except ValueError:
            found.add(quoted)
    names = set().union(*map(_understood, found))
    return {name for name in names if name and len(name) <= ID_CHARACTERS and _can_be_stored(name)}


def _understood(name: str) -> set[str]:
    """Return a text, and what it means as an id: a number may be written in many ways, and in JSON in more."""
    text = trimmed(name)
    if not _DIGIT.search(text):
        return {text}
    found, values = {text}, [text, text.strip("'")]
    with suppress(ValueError):
        values.append(DECODER.decode(text))
    for value in values:
        with suppress(InvalidValueError):
            found.add(parse_id(value, ALL_IDS) or "")
    return found


def crew_without(text: str, erased: set[str]) -> str:
    """Return a mission's JSON without some heroes in its crew, and otherwise as it came.

    Args:
        text: the JSON of an object. Its crew is the field ``hero_ids``, in any spelling.
        erased: the ids of the heroes, as ``parse_crew`` returns them.
    """
    parts = []
    copied = 0
    for name, start, end, value in _members(text):
        if field_key(name) == _CREW:
            parts += [text[copied:start], _without(text[start:end], value, erased)]
            copied = end
    return "".join([*parts, text[copied:]])


def _judged(
    batch: list[Record | RejectedRecord], erased: Callable[[Iterable[str]], set[str]]
) -> Iterator[Record | RejectedRecord]:
    names = [_names(record) for record in batch]
    gone = erased(set().union(*names))
    for record, its_names in zip(batch, names, strict=True):
        if its_names.isdisjoint(gone):
            yield record
        elif isinstance(record, Record) and record.instant:
            fields = record.fields and crew_without(record.fields, gone)
            yield record._replace(text=crew_without(record.text, gone), fields=fields)
        else:
            yield RejectedRecord(record.row_number, "", ERASED)


def _names(record: Record | RejectedRecord) -> set[str]:
    if isinstance(record, RejectedRecord):
        return names_in(record.text)
    known = json.loads(record.fields or record.text)
    return set(known.get("hero_ids") or []) if record.instant else {known["hero_id"]}


def _members(text: str) -> Iterator[tuple[str, int, int, Any]]:
    """Yield the members of a JSON object: name, where its value begins and ends, and the value."""
    place = _after_space(text, _after_space(text, 0) + 1)
    while text[place] != "}":
        name, place = DECODER.raw_decode(text, place)
        start = _after_space(text, _after_space(text, place) + 1)
        value, end = DECODER.raw_decode(text, start)
        yield name, start, end, value
        place = _after_space(text, end)
        if text[place] == ",":
            place = _after_space(text, place + 1)


def _without(text: str, value: Any, erased: set[str]) -> str:
    """Return the JSON of a crew without some heroes."""
    crew = _ids(value)
    if erased.isdisjoint(crew):
        return text
    if not isinstance(value, list):
        return json.dumps([hero_id for hero_id in crew if hero_id not in erased], ensure_ascii=False)
    kept = []
    place = _after_space(text, 1)
    for item in value:
        _, end = DECODER.raw_decode(text, place)
        if erased.isdisjoint(_ids([item])):
            kept.append(text[place:end])
        place = _after_space(text, _after_space(text, end) + 1)
    return f"[{', '.join(kept)}]"


def _ids(value: Any) -> list[str]:
    try:
        return parse_crew(value, ALL_IDS)
    except InvalidValueError:
        return []


def _after_space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _can_be_stored(name: str) -> bool:
    """Return whether PostgreSQL can take the text: no NUL, and no half of a surrogate pair."""
    return "\0" not in name and not any("\ud800" <= character <= "\udfff" for character in name)
