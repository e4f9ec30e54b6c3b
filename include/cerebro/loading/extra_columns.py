"""Columns of biometrics that no table has: counted, and kept beside the quarantine where a zone rescues them."""

from __future__ import annotations

from collections.abc import Sequence

from include.cerebro.formats.parquet import DECIMAL_DIGITS, chosen_columns, column_names, extra_columns, kind_of
from include.cerebro.formats.parquet_schema import Column
from include.cerebro.formats.readings import quoted
from include.cerebro.ledger.notices import Notice
from include.cerebro.platform.sql import filled_sql


def rescuable(columns: tuple[Column, ...]) -> list[int]:
    """Return the positions of extra columns that can be copied: DuckDB reads decimals of more digits wrongly."""
    return [position for position in extra_columns(columns) if columns[position].digits <= DECIMAL_DIGITS]


def query(columns: Sequence[Column], positions: Sequence[int]) -> str:
    """Return the query that reads some columns of the object in ``url``, with its key, row numbers and heroes."""
    names = [quoted(name) for name in column_names([column.name for column in columns])]
    hero = chosen_columns([column.name for column in columns])["hero_id"]
    parts = {
        "id_kind": kind_of("hero_id", columns[hero].type) or "plain",
        "extra": ", ".join(names[position] for position in positions),
        "columns": ", ".join(names),
    }
    return filled_sql("loading/biometrics/rescued_columns.sql", parts)


def notices(columns: tuple[Column, ...], rescued: Sequence[int], kept_as: str | None) -> list[Notice]:
    """Return what became of each extra column: rescued as an object of the quarantine, or ignored."""
    kept = set(rescued)
    return [
        Notice(columns[position].name, "rescued_column", kept_as)
        if position in kept
        else Notice(columns[position].name, "ignored_column")
        for position in extra_columns(columns)
    ]
