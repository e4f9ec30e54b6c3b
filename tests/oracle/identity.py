"""Hero identity: the key that spellings share, the best spelling, readable names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

NUMBER = re.compile(r"-?(\d+|\d*\.\d+)(e[+-]?\d+)?\.?", re.ASCII)
SEPARATORS = "_.-'’"


def upper(text: str) -> str:
    """Letter by letter, as PostgreSQL's C.utf8: what would become several letters stays, as in Straße."""
    return "".join(next((one for one in (c.upper(), c.title()) if len(one) == 1), c) for c in text)


def lower(text: str) -> str:
    """Letter by letter: a final sigma is like any other."""
    return "".join(c.lower()[0] for c in text)


def is_separator(character: str) -> bool:
    """Whether the comparison of spellings ignores the character."""
    return character in SEPARATORS or character.isspace()


@cache
def hero_key(spelling: str) -> str:
    """The key that all spellings of a hero share: lower case, without separators except between two digits.

    A number is its own key, without a point at its end.
    """
    folded = lower(spelling)
    if NUMBER.fullmatch(folded):
        return folded.rstrip(".")
    kept = []
    for position, character in enumerate(folded):
        if not is_separator(character):
            kept.append(character)
            continue
        before = next((c for c in reversed(folded[:position]) if not is_separator(c)), "")
        after = next((c for c in folded[position:] if not is_separator(c)), "")
        if before in list("0123456789") and after in list("0123456789"):
            kept.append(character)
    return "".join(kept) or folded


def is_readable(spelling: str) -> bool:
    """Whether the spelling starts with a capital or a digit and has both cases."""
    starts_well = spelling[0].isupper() or spelling[0] in "0123456789"
    return starts_well and any(c.isupper() for c in spelling) and any(c.islower() for c in spelling)


def best_spelling(spellings: Iterable[str], preferred: Iterable[str] = ()) -> str:
    """The best spelling: preferred, then readable, then with more separators, then first by code point."""
    preferred = set(preferred)
    return min(
        spellings,
        key=lambda spelling: (
            spelling not in preferred,
            not is_readable(spelling),
            -sum(is_separator(character) for character in spelling),
            spelling,
        ),
    )


def readable(spelling: str) -> str:
    """The spelling itself if it is readable, else in title case, without a capital after an apostrophe."""
    if is_readable(spelling):
        return spelling
    result = ""
    for character in spelling:
        within_word = result != "" and (result[-1].isalnum() or result[-1] in "'’")
        result += lower(character) if within_word else upper(character)
    return result
