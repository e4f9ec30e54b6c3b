"""Parses an object of heroes or missions once: accepted records as lines for COPY, rejected ones for the quarantine.

Both go to disk as they come, so that memory depends neither on the object's size nor on how much of it is bad.
"""

from __future__ import annotations

import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from types import TracebackType
from typing import IO

from include.cerebro.formats.heroes_csv import read_heroes
from include.cerebro.formats.missions_json import OPTIONAL_FIELDS, read_missions
from include.cerebro.formats.records import Reader, Record, RejectedRecord, nothing_accepted
from include.cerebro.formats.rules import DEFAULT_RULES, FormatRules
from include.cerebro.formats.text import open_text
from include.cerebro.ledger.erasures import ERASED
from include.cerebro.ledger.loads import ObjectTotals
from include.cerebro.loading.erased_heroes import without_erased
from include.cerebro.loading.quarantine import RejectedRecords
from include.cerebro.platform.errors import BadObjectError, UnexpectedContentError, is_unexpected
from include.cerebro.zones.datasets import HEROES, MISSIONS

log = logging.getLogger(__name__)

READERS: dict[str, Reader] = {HEROES.name: read_heroes, MISSIONS.name: read_missions}
# Files up to this size stay in memory while they are parsed, larger ones go to disk.
SPOOL_BYTES = 16 * 1024**2
# Fields of one object that are looked at for changes of columns: what names its fields by ids has any number.
MOST_COLUMNS = 200
# PostgreSQL's COPY text format: a value's own backslashes, line breaks and tabs are escaped.
_COPY_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", "\r": r"\r", "\t": r"\t"})


class ParsedObject:
    """An object's records.

    Attributes:
        lines: the accepted records as lines for COPY, without their load id.
        rejected: the others.
        not_understood: fields of accepted records that are there, but are not what they should be, by name.
        notices: fields of accepted records that the tables do not show as they came, each with what became of it.
        columns: the names of the records' fields, each with its type: text for CSV, else unknown.
    """

    def __init__(self) -> None:
        self.lines: IO[bytes] = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 - __exit__ closes it
        self.rejected = RejectedRecords()
        self.not_understood: Counter[str] = Counter()
        self.notices: Counter[tuple[str, str]] = Counter()
        self.columns: dict[str, str] = {}
        self._accepted = 0
        self._last_columns: tuple[str, ...] = ()

    @property
    def totals(self) -> ObjectTotals:
        """Records accepted and rejected."""
        return ObjectTotals(self._accepted, self.rejected.reasons.total())

    def add(self, record: Record | RejectedRecord) -> None:
        """Take the next record of the object."""
        if isinstance(record, RejectedRecord):
            self.rejected.add(record)
            return
        for piece in _copy_line(record):
            self.lines.write(piece.encode())
        self.not_understood.update(record.not_understood)
        self.notices.update(record.notices)
        if record.columns != self._last_columns and len(self.columns) < MOST_COLUMNS:
            self._last_columns = record.columns
            # The fields that a mission may lack are no news, whatever file has them first.
            known = OPTIONAL_FIELDS if record.instant else ()
            self.columns |= dict.fromkeys((*known, *record.columns), "" if record.instant else "text")
        self._accepted += 1

    def __enter__(self) -> ParsedObject:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the records."""
        self.lines.close()
        self.rejected.close()


def parse(
    dataset: str,
    key: str,
    stream: IO[bytes],
    rules: FormatRules = DEFAULT_RULES,
    erased: Callable[[Iterable[str]], set[str]] | None = None,
) -> ParsedObject:
    """Read an object from beginning to end.

    Args:
        dataset: heroes or missions.
        key: the object's key, for error messages.
        stream: the object, seekable.
        rules: how its values are understood.
        erased: returns those of some hero ids whose hero was forgotten; none means that there is no such hero.

    Returns:
        The records. The caller closes them.

    Raises:
        BadObjectError: the object cannot be understood, or nothing of it can be used.
        UnexpectedContentError: the code met a value in it that it did not expect.
    """
    parsed = ParsedObject()
    with ExitStack() as on_failure:
        on_failure.push(parsed)
        try:
            with open_text(key, stream, rules) as text:
                records = READERS[dataset](key, text, rules)
                for record in without_erased(records, erased) if erased else records:
                    parsed.add(record)
                    # The next record is read without this one beside it.
                    del record
        except UnicodeError as error:
            raise BadObjectError(
                key, f"it is not text in one encoding: {error}", "Save it as UTF-8 and deliver it again"
            ) from error
        except Exception as error:
            if not is_unexpected(error):
                raise
            log.exception("%s has something that the pipeline did not expect", key)
            raise UnexpectedContentError(key, error) from error
        reasons = parsed.rejected.reasons
        if reasons and not parsed.totals.rows_loaded and ERASED not in reasons:
            raise nothing_accepted(key, reasons)
        on_failure.pop_all()
    return parsed


def _copy_line(record: Record) -> Iterator[str]:
    """Yield the columns of the record's line, one by one: a text of 16 million characters is in memory once."""
    yield str(record.row_number)
    if record.instant:
        yield f"\t{record.instant.isoformat()}"
    yield "\t"
    yield record.text.translate(_COPY_ESCAPES)
    yield "\t"
    yield r"\N" if record.fields is None else record.fields.translate(_COPY_ESCAPES)
    yield "\n"
