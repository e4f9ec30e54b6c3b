"""Records of hero and mission files, and what makes a record impossible to store.

Readers yield Record for what is loaded and RejectedRecord for what goes to quarantine, in the order of the file, and
raise BadObjectError if the file as a whole cannot be understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple, TextIO

from include.cerebro.formats.rules import FormatRules
from include.cerebro.formats.values import became_of
from include.cerebro.platform.errors import BadObjectError

# A mission is not nested deeper than this; PostgreSQL and Python both give up some way beyond.
MAX_NESTING = 200
# A character that is escaped, or a pair that is one; the group is NUL, or half of a pair.
_ESCAPE = re.compile(r"\\(?:u[dD][89aAbB]..\\u[dD][c-fC-F]..|u(0000|[dD][89a-fA-F]..)|.)", re.DOTALL)
# A longer record is rejected. A reader keeps a few times as many characters in memory.
RECORD_CHARACTERS = 16 << 20
# What the quarantine keeps of a record that is too long: its object is still in the landing zone.
KEPT_CHARACTERS = 1000


class Record(NamedTuple):
    """A record to load.

    Attributes:
        row_number: its place in the object, from 1.
        text: the record as JSON, as it came.
        instant: a mission's time, in UTC; None for heroes.
        fields: the known fields as JSON, with the standard names and values as they are understood; None if the record
            says the same by itself.
        not_understood: the fields of damage that are there but are no amounts.
        notices: the fields that the tables do not show as they came, each with what became of it.
        columns: the delivered names of its fields.
    """

    row_number: int
    text: str
    instant: datetime | None = None
    fields: str | None = None
    not_understood: tuple[str, ...] = ()
    notices: tuple[tuple[str, str], ...] = ()
    columns: tuple[str, ...] = ()


class RejectedRecord(NamedTuple):
    """A record for the quarantine: its place in the object, what came, the reason, and the line of a text by lines."""

    row_number: int
    text: str
    reason: str
    line_number: int | None = None


# Takes the object's key, for error messages, its text, and the rules of its landing zone.
Reader = Callable[[str, TextIO, FormatRules], Iterator[Record | RejectedRecord]]


def nothing_accepted(key: str, rejected: Mapping[str, int]) -> BadObjectError:
    """Return the error of an object of which nothing was accepted.

    Args:
        key: the object's key.
        rejected: rows by reason.
    """
    reasons = ", ".join(f"{reason}: {rows}" for reason, rows in sorted(rejected.items()))
    return BadObjectError(key, f"none of its {sum(rejected.values())} rows can be used ({reasons})")


def field_key(name: str) -> str:
    """Return the name as spellings of one field share it: ``missionId``, ``Mission_ID`` and ``mission id`` are one."""
    return re.sub(r"[\W_]", "", name.casefold())


def text_notices(fields: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return the fields whose text the tables cut or fold, each with what becomes of it."""
    found = [(name, became_of(name, value)) for name, value in fields.items()]
    return tuple((name, reason) for name, reason in found if reason)


def text_problem(text: str) -> str | None:
    """Return the reason to reject JSON that PostgreSQL could store but never read: NUL, half a surrogate, nesting."""
    if _nesting(text) > MAX_NESTING:
        return "invalid_json"
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return "invalid_text"
    if "\x00" in text:
        return "invalid_text"
    if "\\u" not in text:
        return None
    # Not parsed once more: the values of a record take up to 35 times as much memory as its text. It would not see a
    # name that stands twice either, while PostgreSQL reads both.
    return "invalid_text" if any(escape[1] for escape in _ESCAPE.finditer(text)) else None


def _nesting(text: str) -> int:
    """Return how deep the brackets are nested, those inside strings aside."""
    if text.count("[") + text.count("{") <= MAX_NESTING:
        return 1
    depth = deepest = 0
    for token in re.finditer(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
    return deepest
