"""Reads hero files: CSV with a header line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import TextIO

from include.cerebro.formats.records import Record, RejectedRecord, text_problem
from include.cerebro.platform.errors import BadObjectError

HERO_COLUMNS = ("hero_id", "name", "alter_ego", "first_appearance")


def read_heroes(key: str, source: TextIO) -> Iterator[Record | RejectedRecord]:
    """Read a CSV file with a header line; each record becomes an object of strings by column name."""
    lines = csv.reader(source, strict=True)
    try:
        header = [name.strip() for name in next(lines, [])]
        missing = [name for name in HERO_COLUMNS if name not in header]
        if missing:
            raise BadObjectError(
                key,
                f"its header lacks {', '.join(missing)}; it reads: {', '.join(header) or 'nothing'}",
                f"The first line must name {', '.join(HERO_COLUMNS)}",
            )
        if len(set(header)) < len(header):
            raise BadObjectError(key, f"its header names a column twice: {', '.join(header)}")
        row_number = 0
        for values in lines:
            if not values:
                continue
            row_number += 1
            if len(values) != len(header):
                raise BadObjectError(
                    key,
                    f"line {lines.line_num} has {len(values)} values where the header names {len(header)}",
                    "Quote values that contain commas or line breaks and deliver it again under the same key",
                )
            text = json.dumps(dict(zip(header, values, strict=True)), ensure_ascii=False)
            reason = text_problem(text)
            if reason is None and not values[header.index("hero_id")].strip():
                reason = "missing_hero_id"
            yield RejectedRecord(row_number, text, reason) if reason else Record(row_number, text)
    except csv.Error as error:
        raise BadObjectError(key, f"line {lines.line_num} is not CSV: {error}") from error
