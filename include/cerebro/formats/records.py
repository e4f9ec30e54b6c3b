"""Records of hero and mission files, and what makes a record impossible to store.

Readers yield Record for what is loaded and RejectedRecord for what goes to quarantine, in the order of the file, and
raise BadObjectError if the file as a whole cannot be understood.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple, TextIO

from include.cerebro.platform.errors import BadObjectError

# A mission is not nested deeper than this; PostgreSQL and Python both give up some way beyond.
MAX_NESTING = 200


class Record(NamedTuple):
    """A record to load.

    Attributes:
        row_number: its place in the object, from 1.
        text: the record as JSON, as it came.
        instant: a mission's time, in UTC; None for heroes.
    """

    row_number: int
    text: str
    instant: datetime | None = None


class RejectedRecord(NamedTuple):
    """A record for the quarantine, with its place in the object and the reason."""

    row_number: int
    text: str
    reason: str


# Takes the object's key, for error messages, and its text.
Reader = Callable[[str, TextIO], Iterator[Record | RejectedRecord]]


def nothing_accepted(key: str, rejected: Mapping[str, int]) -> BadObjectError:
    """Return the error of an object of which nothing was accepted.

    Args:
        key: the object's key.
        rejected: rows by reason.
    """
    reasons = ", ".join(f"{reason}: {rows}" for reason, rows in sorted(rejected.items()))
    return BadObjectError(key, f"none of its {sum(rejected.values())} rows can be used ({reasons})")


def text_problem(text: str) -> str | None:
    """Return the reason to reject JSON that PostgreSQL could store but never read: NUL, half a surrogate, nesting."""
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
    """Return how deep the brackets are nested, those inside strings aside."""
    if text.count("[") + text.count("{") <= MAX_NESTING:
        return 1
    depth = deepest = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        deepest = max(deepest, depth)
    return deepest
