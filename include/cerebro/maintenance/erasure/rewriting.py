"""Writes a file of a landing zone again without some heroes, and proves that nothing else of it has changed."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb

from include.cerebro.formats.heroes_csv import read_heroes
from include.cerebro.formats.missions_json import read_missions
from include.cerebro.formats.parquet import chosen_columns
from include.cerebro.formats.records import Record, RejectedRecord
from include.cerebro.formats.rules import FormatRules
from include.cerebro.formats.text import GZIP, ZSTD, open_text
from include.cerebro.formats.values import InvalidValueError, parse_id
from include.cerebro.loading.erased_heroes import crew_without, names_in
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import BadObjectError
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.datasets import BIOMETRICS, HEROES

# Bytes of a text, decompressed. It is in memory a few times.
MOST_TEXT = 128 << 20

Among = Callable[[Iterable[str]], set[str]]
Records = Sequence[Record | RejectedRecord]


class CannotRewriteError(Exception):
    """The file cannot be written again without loss; the message says why."""


def rewrite(dataset: str, path: Path, target: Path, among: Among, rules: FormatRules, settings: Settings) -> int:
    """Write a file again without some heroes.

    Args:
        dataset: the dataset's name.
        path: a copy of the object.
        target: where the new file goes.
        among: returns those of some hero ids whose hero leaves.
        rules: the rules of the landing zone.
        settings: limit DuckDB's memory.

    Returns:
        How many readings or records left, or lost the hero from their crew.

    Raises:
        CannotRewriteError: it cannot be done without loss, or the hero is not in it.
    """
    try:
        if dataset == BIOMETRICS.name:
            removed = _rewrite_readings(path, target, among, rules, settings)
        else:
            removed = _rewrite_text(dataset == HEROES.name, path, target, among, rules)
    except (BadObjectError, duckdb.Error, ValueError) as error:
        raise CannotRewriteError(f"it cannot be read ({type(error).__name__})") from error
    if not removed:
        raise CannotRewriteError("the hero was not found in it")
    return removed


def _rewrite_readings(path: Path, target: Path, among: Among, rules: FormatRules, settings: Settings) -> int:
    with duckdb_session(settings) as duck:
        source, written = str(path), str(target)
        rows = duck.read_parquet(source, file_row_number=True)
        columns = [name for name in rows.columns if name != "file_row_number"]
        described = _described(duck, source)
        if len(rows.columns) != len({name.lower() for name in rows.columns}) or len(columns) + 1 != len(rows.columns):
            raise CannotRewriteError("the names of its columns collide")
        hero = _quoted(columns[chosen_columns(columns)["hero_id"]])
        ids = [value for (value,) in rows.project(hero).distinct().fetchall()]
        names = {value: name for value in ids if (name := _hero_id(value, rules))}
        gone = among(names.values())
        leaving = [value for value, name in names.items() if name in gone]
        if not leaving:
            return 0
        duck.execute("create temp table leaving as select unnest(?) as hero", [leaving])
        rows.create_view("delivered")
        duck.sql(_filled("left_rows", hero=hero)).create_view("left_rows")
        (before,) = rows.aggregate("count(*)").fetchone() or (0,)
        (after,) = duck.view("left_rows").aggregate("count(*)").fetchone() or (0,)
        if not after:
            raise CannotRewriteError("nothing but the hero is in it; delete it")
        listed = ", ".join(map(_quoted, columns))
        options = f"compression {_codec(duck, source)}{_metadata_option(duck, source)}"
        ordered = _filled("ordered_rows", columns=listed)
        duck.execute(f"copy ({ordered}) to '{_text(written)}' (format parquet, {options})")
        if described != _described(duck, written):
            raise CannotRewriteError("DuckDB would write its columns with other types")
        if _metadata(duck, source) != _metadata(duck, written):
            raise CannotRewriteError("DuckDB would not keep its metadata")
        duck.read_parquet(written, file_row_number=True).create_view("written")
        left, right = (
            duck.execute(_filled("digest", columns=listed, rows=view)).fetchone() for view in ("left_rows", "written")
        )
        if left != right:
            raise CannotRewriteError("DuckDB would write other values")
        return int(before - after)


def _rewrite_text(is_heroes: bool, path: Path, target: Path, among: Among, rules: FormatRules) -> int:
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
    changed, removed = (_without_lines if is_heroes else _without_crews)(text, among, rules)
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


def _hero_id(value: object, rules: FormatRules) -> str | None:
    try:
        return parse_id(value.decode() if isinstance(value, bytes) else value, rules)
    except (InvalidValueError, UnicodeDecodeError):
        return None


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


def _filled(name: str, **parts: str) -> str:
    """Return a statement of files/, with its parts."""
    text = read_sql(f"maintenance/erasure/files/{name}.sql")
    # One pass: a name of the file's may look like a place.
    return re.sub("__(" + "|".join(parts) + ")__", lambda found: parts[found[1]], text)


def _described(duck: duckdb.DuckDBPyConnection, path: str) -> list[Any]:
    return duck.execute(read_sql("maintenance/erasure/files/columns.sql"), [path]).fetchall()[1:]


def _metadata(duck: duckdb.DuckDBPyConnection, path: str) -> list[tuple[bytes, bytes]]:
    return sorted(duck.execute("select key, value from parquet_kv_metadata(?)", [path]).fetchall())


def _metadata_option(duck: duckdb.DuckDBPyConnection, path: str) -> str:
    pairs = [f"'{_text(key.decode())}': '{_text(value.decode())}'" for key, value in _metadata(duck, path)]
    return f", kv_metadata {{{', '.join(pairs)}}}" if pairs else ""


def _codec(duck: duckdb.DuckDBPyConnection, path: str) -> str:
    (codec,) = duck.execute("select any_value(compression) from parquet_metadata(?)", [path]).fetchone() or ("",)
    return {"GZIP": "gzip", "ZSTD": "zstd", "UNCOMPRESSED": "uncompressed", "LZ4_RAW": "lz4_raw"}.get(codec, "snappy")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return value.replace("'", "''")
