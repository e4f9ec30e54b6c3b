"""The text of a JSON file, read ahead as far as a record needs, its values, and where they end."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TextIO

# Possessive: a string of 16 MiB that is never closed would take 4 GiB of memory otherwise.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[{]|[\]}]|"', re.DOTALL)
_OUTSIDE = re.compile(r'["{}\[\]]')
_INSIDE = re.compile(r'["\\]')

# Read at a time at most: behind a record of 16 million characters, of four bytes each, are then 16 MB and not 64.
MOST_CHARACTERS = 4 << 20


def refuse_constant(name: str) -> NoReturn:
    """Refuse NaN and Infinity, which Python reads and JSON does not have."""
    raise ValueError(f"{name} is not JSON")


def _parse_float(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        # An exponent of 19 digits. It is an ArithmeticError, which is no broken JSON for anybody.
        raise ValueError("a number's exponent is too large") from None


# Numbers keep their digits: an id of 1.50 is not 1.5.
DECODER = json.JSONDecoder(parse_constant=refuse_constant, parse_float=_parse_float)


class Buffer:
    """A window on a text.

    Attributes:
        text: what is in memory.
        position: where reading goes on in it.
        indent: the blanks before the position, if only they are in its line; else None.
        ended: whether nothing follows the text in memory.
        chunk_characters: characters that are read at a time, at least.
    """

    def __init__(self, source: TextIO, chunk_characters: int) -> None:
        self.text = ""
        self.position = 0
        self.indent: str | None = ""
        self.ended = False
        self.chunk_characters = chunk_characters
        self._source = source

    def __len__(self) -> int:
        """Return how many characters are ahead."""
        return len(self.text) - self.position

    @property
    def character(self) -> str:
        """The character here; empty at the end."""
        while self.position >= len(self.text) and self.fill():
            pass
        return self.text[self.position : self.position + 1]

    def fill(self, drop: bool = False) -> bool:
        """Read about as much again as is ahead; return whether there was more. ``drop`` forgets what is ahead."""
        if self.ended:
            return False
        again = 0 if drop else min(len(self), MOST_CHARACTERS)
        chunk = self._source.read(max(self.chunk_characters, again))
        self.text = chunk if drop else self.text[self.position :] + chunk
        self.position = 0
        self.ended = not chunk
        return bool(chunk)

    def skip(self, characters: str) -> None:
        """Go behind these characters."""
        while self.character and self.character in characters:
            begin = self.position
            while self.position < len(self.text) and self.text[self.position] in characters:
                self.position += 1
            skipped = self.text[begin : self.position]
            if "\n" in skipped:
                self.indent = skipped.rpartition("\n")[2]
            elif self.indent is not None:
                self.indent += skipped

    def find(self, text: str) -> int | None:
        """Return where the text comes next; None if it is not in memory."""
        found = self.text.find(text, self.position)
        return None if found < 0 else found

    def take(self, end: int) -> str:
        """Return the text up to a place, and go there."""
        text = self.text[self.position : end]
        self.position = end
        if len(text) > len(self):
            # A long record is not kept twice, and what is ahead is shorter: copying it costs little.
            self.text, self.position = self.text[end:], 0
        self.indent = None
        return text


def end_of_value(text: str, begin: int, end: int | None) -> int | None:
    """Return where the brackets that open at ``begin`` are closed again, before ``end``; None if they are not."""
    open_brackets = []
    for token in _TOKEN.finditer(text, begin, len(text) if end is None else end):
        if token[0] in ("{", "["):
            open_brackets.append("}" if token[0] == "{" else "]")
        elif len(token[0]) == 1 and token[0] != open_brackets.pop():
            # A quote that is never closed, or a bracket of the other kind.
            return None
        if not open_brackets:
            return token.end()
    return None


def skip_value(buffer: Buffer, depth: int = 0) -> bool:
    """Go behind the text, array or object that begins here, however long it is, keeping nothing of it.

    Args:
        buffer: the text.
        depth: brackets that are open already.

    Returns:
        Whether it ends.
    """
    inside = False
    while True:
        while match := (_INSIDE if inside else _OUTSIDE).search(buffer.text, buffer.position):
            buffer.position = match.end()
            if match[0] == "\\":
                # A character that the text in memory may not have yet.
                if not buffer.character:
                    return False
                buffer.position += 1
            elif match[0] == '"':
                inside = not inside
            else:
                depth += 1 if match[0] in "[{" else -1
            if depth == 0 and not inside:
                return True
        if not buffer.fill(drop=True):
            return False
