"""Writes a text of heroes or missions again without some heroes, and reads it again."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from include.cerebro.formats.heroes_csv import read_heroes
from include.cerebro.formats.missions_json import read_missions
from include.cerebro.formats.records import Record, RejectedRecord
from include.cerebro.formats.rules import FormatRules
from include.cerebro.formats.text import GZIP, ZSTD, open_text
from include.cerebro.loading.erased_heroes import crew_without, names_in
from include.cerebro.maintenance.erasure.errors import CannotRewriteError
from include.cerebro.maintenance.erasure.hero_ids import Among
from include.cerebro.zones.datasets import HEROES

# Bytes of a text, decompressed. It is in memory a few times.
MOST_TEXT = 128 << 20

Records = Sequence[Record | RejectedRecord]


def rewrite_records(dataset: str, path: Path, target: Path, among: Among, rules: FormatRules) -> int:
    """Write a text again without the records of some heroes, or without the heroes in the crews of missions.

    Takes and raises what ``rewriting.rewrite`` does. Returns how many records left, or lost a hero from their crew.
    """
    with path.open("rb") as stream:
        start = stream.read(4)
        opened = open_text(path.name, stream, rules)
        text, encoding = opened.read(MOST_TEXT + 1), opened.encoding
    if len(text) > MOST_TEXT:
        raise CannotRewriteError(f"its text has more than {MOST_TEXT >> 20} million characters")
    with path.open("rb") as stream:
        packed = stream.read()
    if _pack(text, encoding, start) is None or _unpacked(packed, start) != text.encode(encoding, "surrogateescape"):
        raise CannotRewriteError(f"its text would not come out the same in {encoding}")
    changed, removed = (_without_lines if dataset == HEROES.name else _without_crews)(text, among, rules)
    target.write_bytes(_pack(changed, encoding, start) or b"")
    return removed


def _without_lines(text: str, among: Among, rules: FormatRules) -> tuple[str, int]:
    """Return hero records without those of the heroes. A record ends where its reader stands."""
    source = io.StringIO(text, newline="")
    records: list[Record | RejectedRecord] = []
    ends: list[int] = []
    for record in read_heroes("", source, rules):
        records.append(record)
        ends.append(source.tell())
    gone = among(set().union(*map(_names, records)))
    leaving = [not gone.isdisjoint(_names(record)) for record in records]
    if all(leaving):
        raise CannotRewriteError("nothing but the hero is in it; delete it")
    parts, copied = [], 0
    for place, leaves in enumerate(leaving):
        if leaves:
            # The header stands before the first record.
            begin = ends[place - 1] if place else _begin_of_first(text, ends[0])
            parts.append(text[copied:begin])
            copied = ends[place]
    changed = "".join([*parts, text[copied:]])
    kept = [record for record, leaves in zip(records, leaving, strict=True) if not leaves]
    _check(list(read_heroes("", io.StringIO(changed, newline=""), rules)), kept)
    return changed, sum(leaving)


def _begin_of_first(text: str, end: int) -> int:
    """Return where the line before an end begins: a first record of several lines fails the check that follows."""
    line = text[:end].rstrip("\r\n")
    return max(line.rfind("\n"), line.rfind("\r")) + 1


def _without_crews(text: str, among: Among, rules: FormatRules) -> tuple[str, int]:
    """Return missions without the heroes in their crews, and otherwise as they came."""
    records = list(read_missions("", io.StringIO(text, newline=""), rules))
    gone = among(set().union(*map(_names, records)))
    parts, copied, changed, expected = [], 0, 0, []
    for record in records:
        begin = text.index(record.text, copied)
        parts.append(text[copied:begin])
        copied = begin + len(record.text)
        if gone.isdisjoint(_names(record)):
            parts.append(record.text)
        elif isinstance(record, RejectedRecord):
            raise CannotRewriteError(
                f"record {record.row_number}, which is rejected as {record.reason}, names the hero"
            )
        else:
            parts.append(crew_without(record.text, gone))
            changed += 1
        expected.append(record._replace(text=parts[-1]))
    written = "".join([*parts, text[copied:]])
    found = list(read_missions("", io.StringIO(written, newline=""), rules))
    _check(found, expected)
    if any(not gone.isdisjoint(_names(record)) for record in found):
        raise CannotRewriteError("the hero's id would stay in a crew")
    return written, changed


def _check(found: Records, expected: Records) -> None:
    """Check that the new text has the records that are expected, in their order."""
    if [(record.text, type(record)) for record in found] != [(record.text, type(record)) for record in expected]:
        raise CannotRewriteError("other records would not stay as they are")


def _names(record: Record | RejectedRecord) -> set[str]:
    if isinstance(record, RejectedRecord):
        return names_in(record.text)
    known: dict[str, Any] = json.loads(record.fields or record.text)
    return set(known.get("hero_ids") or []) if record.instant else {known["hero_id"]}


def _pack(text: str, encoding: str, start: bytes) -> bytes | None:
    try:
        plain = text.encode(encoding, "surrogateescape")
    except UnicodeEncodeError:
        return None
    if start.startswith(GZIP):
        return gzip.compress(plain, mtime=0)
    if start == ZSTD:
        import zstandard  # Few landing zones need it.

        return zstandard.ZstdCompressor().compress(plain)
    return plain


def _unpacked(packed: bytes, start: bytes) -> bytes:
    if start.startswith(GZIP):
        return gzip.decompress(packed)
    if start == ZSTD:
        import zstandard  # Few landing zones need it.

        return zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed), read_across_frames=True).read()
    return packed
