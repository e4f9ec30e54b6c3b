"""Reads hero files: CSV of any dialect with a header line.

The delimiter is the one by which the header names the four columns. It needs no guess, unlike ``csv.Sniffer`` and
DuckDB's sniffer, which look at the shape of the lines (``docs/decisions/0049``).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple, TextIO

from include.cerebro.formats.records import (
    KEPT_CHARACTERS,
    RECORD_CHARACTERS,
    Record,
    RejectedRecord,
    field_key,
    text_notices,
    text_problem,
)
from include.cerebro.formats.rules import DEFAULT_RULES, FormatRules
from include.cerebro.formats.values import BLANKS, InvalidValueError, parse_id, trimmed
from include.cerebro.platform.errors import BadObjectError

HERO_COLUMNS = ("hero_id", "name", "alter_ego", "first_appearance")
DELIMITERS = (",", ";", "\t", "|")
# Excel's own line, which names the delimiter.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)
# Columns of a file. 16 million took 3 GiB of memory.
MOST_NAMES = 10_000

# A value may be as long as a record. The limit is one for the whole process.
csv.field_size_limit(RECORD_CHARACTERS)


class Header(NamedTuple):
    """The header line: the name of each value in the record, and the places of the four columns."""

    names: tuple[str, ...]
    places: dict[str, int]
    unnamed: frozenset[int]

    @property
    def is_standard(self) -> bool:
        """Whether the record itself has the standard names."""
        return all(self.names[place] == name for name, place in self.places.items())


def read_heroes(key: str, source: TextIO, rules: FormatRules = DEFAULT_RULES) -> Iterator[Record | RejectedRecord]:
    """Read a CSV file with a header line; each record becomes an object of strings by column name.

    Raises:
        BadObjectError: there is no header with the four columns.
    """
    lines = _Lines(source)
    delimiter = rules.csv_delimiter
    try:
        for text in lines:
            lines.begin_record()
            if named := _SEPARATOR_LINE.fullmatch(text):
                delimiter = named[1]
            elif trimmed(text):
                lines.put_back(text, 1)
                delimiter = delimiter or _delimiter(text)
                break
    except _TooLongError:
        raise BadObjectError(key, f"its first line has more than {RECORD_CHARACTERS} characters") from None
    header: Header | None = None
    row_number = 0
    for line in _parsed(lines, delimiter or DELIMITERS[0]):
        if header is None:
            header = _header(key, line.values or [line.text])
        elif line.reason or trimmed(line.text):
            row_number += 1
            values = _fitted(line.values, header)
            if line.reason or values is None:
                reason = line.reason or "invalid_csv"
                kept = line.text[:KEPT_CHARACTERS] if reason == "record_too_long" else line.text.rstrip("\r\n")
                yield RejectedRecord(row_number, kept, reason, line.number)
            else:
                yield _judge_hero(row_number, line.number, values, header, rules)
            # A record must not stay while the next one is read.
            del values
        del line
    if header is None:
        _header(key, [])


def judge_kept(key: str, row_number: int, text: str, rules: FormatRules = DEFAULT_RULES) -> Record | RejectedRecord:
    """Judge a record that was rejected before, as the quarantine keeps it: a JSON object of strings.

    Raises:
        BadObjectError: it lacks one of the four columns.
        ValueError: it is no such object.
    """
    record = json.loads(text)
    if not isinstance(record, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - what json.loads raises, too
    header = _header(key, list(record))
    return _judge_hero(row_number, 0, [str(value) for value in record.values()], header, rules)


def _judge_hero(
    row_number: int, line_number: int, values: Sequence[str], header: Header, rules: FormatRules
) -> Record | RejectedRecord:
    record = {
        name: value
        for place, (name, value) in enumerate(zip(header.names, values, strict=True))
        if place not in header.unnamed or trimmed(value)
    }
    text = json.dumps(record, ensure_ascii=False)
    reason = text_problem(text) or ("repeated_header" if _is_header(values, header) else None)
    hero_id = None
    if reason is None:
        try:
            hero_id = parse_id(values[header.places["hero_id"]], rules)
            reason = None if hero_id else "missing_hero_id"
        except InvalidValueError:
            reason = "invalid_hero_id"
    if reason:
        return RejectedRecord(row_number, text, reason, line_number)
    fields = {name: values[place] for name, place in header.places.items()} | {"hero_id": hero_id}
    is_standard = header.is_standard and hero_id == values[header.places["hero_id"]]
    understood = None if is_standard else json.dumps(fields, ensure_ascii=False)
    return Record(row_number, text, None, understood, (), text_notices(fields), tuple(record))


def _is_header(values: Sequence[str], header: Header) -> bool:
    """Return whether the values of the four columns are their names, as where files were put together."""
    return all(field_key(values[place]) == field_key(name) for name, place in header.places.items())


def _delimiter(line: str) -> str:
    """Return the delimiter by which the line names most of the four columns."""

    def named(delimiter: str) -> int:
        names = {field_key(name) for values in csv.reader([line], delimiter=delimiter) for name in values}
        return len(names & {field_key(name) for name in HERO_COLUMNS})

    return max(DELIMITERS, key=named)


def _header(key: str, values: Sequence[str]) -> Header:
    names = [name.strip(BLANKS) for name in values]
    spellings = [field_key(name) for name in names]
    wanted = {field_key(name): name for name in HERO_COLUMNS}
    missing = [name for spelling, name in wanted.items() if spelling not in spellings]
    if missing:
        found = ", ".join(names)[:500] or "nothing"
        bad = BadObjectError(
            key,
            f"its header lacks {', '.join(missing)}; it reads: {found}",
            f"The first line must name {', '.join(HERO_COLUMNS)}, separated by a comma, semicolon, tab or |",
        )
        bad.columns = tuple(names)
        raise bad
    if twice := [name for spelling, name in wanted.items() if spellings.count(spelling) > 1]:
        raise BadObjectError(key, f"its header names a column twice: {', '.join(twice)}")
    if len(names) > MOST_NAMES:
        raise BadObjectError(key, f"its header names {len(names)} columns, it may name {MOST_NAMES}")
    unnamed = frozenset(place for place, name in enumerate(names) if not name)
    taken: set[str] = set()
    for place, name in enumerate(names):
        unique, number = name or f"column_{place + 1}", 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique)
        names[place] = unique
    return Header(tuple(names), {name: spellings.index(spelling) for spelling, name in wanted.items()}, unnamed)


def _fitted(values: list[str], header: Header) -> list[str] | None:
    """Return as many values as the header has names; None if one may stand in another's place."""
    width = len(header.names)
    if len(values) > width and not trimmed("".join(set(islice(values, width, None)))):
        return values[:width]
    if len(values) < width and all(place in header.unnamed for place in range(len(values), width)):
        return values + [""] * (width - len(values))
    return values if len(values) == width else None


class _Line(NamedTuple):
    """One record: its values, its text, the number of its first line, and why it is none."""

    values: list[str]
    text: str
    number: int
    reason: str | None = None


def _parsed(lines: _Lines, delimiter: str) -> Iterator[_Line]:
    """Yield each record. A quote that is never closed costs its own line, not those after it."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_record()
        number = lines.number + 1
        try:
            # No name for what is yielded: a record must not stay while the next one is read.
            yield _Line(next(reader), lines.taken(), number)
        except StopIteration:
            return
        except (csv.Error, _TooLongError):
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            first = lines.put_back_others()
            yield _Line([], first, number, "record_too_long" if len(first) > RECORD_CHARACTERS else "invalid_csv")


class _TooLongError(Exception):
    """A record has more characters than a record may have."""


class _Lines:
    """The lines of a text, each cut at the length of a record, with their numbers.

    Attributes:
        number: the number of the last line, from 1.
    """

    # Lines of a record that are kept as one text: 8 million lines of one character took 500 MB.
    JOINED_LINES = 4096

    def __init__(self, source: TextIO) -> None:
        self.number = 0
        self._sources: list[TextIO] = [source]
        self.begin_record()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            raise StopIteration
        self.number += 1
        self._characters += len(line)
        self._lines.append(line)
        others = self.number - self._before - 1
        if others and others % self.JOINED_LINES == 0:
            self._lines[-self.JOINED_LINES :] = ["".join(self._lines[-self.JOINED_LINES :])]
        if self._characters > RECORD_CHARACTERS:
            raise _TooLongError
        return line

    def _read(self) -> str:
        line = self._sources[-1].readline(RECORD_CHARACTERS + 1)
        while not line and len(self._sources) > 1:
            self._sources.pop()
            line = self._sources[-1].readline(RECORD_CHARACTERS + 1)
        if len(line) <= RECORD_CHARACTERS or line[-1] in "\r\n":
            return line
        rest = line
        while rest and rest[-1] not in "\r\n":
            rest = self._sources[-1].readline(RECORD_CHARACTERS)
        return line

    def begin_record(self) -> None:
        """Forget the lines of the last record."""
        self._before = self.number
        self._lines: list[str] = []
        self._characters = 0

    def taken(self) -> str:
        """Return the text of the record."""
        return "".join(self._lines)

    def put_back(self, text: str, lines: int) -> None:
        """Read this text, the last lines taken, once more."""
        self._sources.append(io.StringIO(text, newline=""))
        self.number -= lines

    def put_back_others(self) -> str:
        """Return the first line of the record, and read the others once more."""
        first, *others = self._lines
        lines = self.number - self._before - 1
        self.begin_record()
        self.put_back("".join(others), lines)
        return first
