"""Tells DuckDB how to read biometrics: the rules of the landing zone, and the columns of a layout."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from include.cerebro.formats.parquet import COLUMNS, MEASURES, Layout, column_names
from include.cerebro.formats.rules import FormatRules
from include.cerebro.formats.values import (
    AHEAD,
    BLANKS,
    FIRST_INSTANT,
    ID_CHARACTERS,
    ISO_8601,
    SEPARATORS,
    SMALLEST_NORMAL,
)
from include.cerebro.platform.sql import filled_sql, read_sql

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE_US = 60_000_000
DAY_US = 24 * 60 * MINUTE_US
# Microseconds from the beginning of the year 1, where minute numbers count from, to 1970.
MINUTE_ZERO_US = 62_135_596_800_000_000
# A range may be open. The arithmetic of the fast path must not overflow.
LARGEST_FAST = 1e300


def set_rules(
    duck: duckdb.DuckDBPyConnection, rules: FormatRules, loaded_at: datetime, *, text_instants: bool = True
) -> None:
    """Give the session the rules, as variables and macros.

    Args:
        duck: the session's connection.
        rules: the rules of the landing zone.
        loaded_at: bounds the plausible timestamps.
        text_instants: whether there are instants as text.
    """
    first_us = _microseconds(FIRST_INSTANT)
    last_us = _microseconds(loaded_at.replace(second=59, microsecond=999_999) + AHEAD)
    variables: dict[str, Any] = {
        "blanks": BLANKS,
        "separators": SEPARATORS,
        "id_characters": ID_CHARACTERS,
        "iso_8601": ISO_8601,
        "smallest_normal": SMALLEST_NORMAL,
        "time_zone": rules.time_zone,
        # An empty list would be one of numbers for DuckDB. A blank id is missing in any case.
        "words_of_none": sorted({"", *rules.missing}),
        # A day more on either side: the landing zone's time. The minutes are exact.
        "first_us": first_us - DAY_US,
        "last_us": last_us + DAY_US,
        "first_minute": (first_us + MINUTE_ZERO_US) // MINUTE_US,
        "last_minute": (last_us + MINUTE_ZERO_US) // MINUTE_US,
    }
    for measure in MEASURES:
        lowest, highest = rules.plausible[measure]
        fast_lowest = max(lowest, SMALLEST_NORMAL)
        fast_highest = min(highest, LARGEST_FAST)
        radius = (fast_highest - fast_lowest) / 2
        variables |= {
            f"{measure}_lowest": lowest,
            f"{measure}_highest": highest,
            f"{measure}_middle": fast_lowest + radius,
            # Less than the radius by more than all roundings, so that nothing beyond the range is within reach.
            f"{measure}_reach": radius - 1e-15 * fast_highest,
            f"{measure}_no_reading": [float(value) for value in rules.no_reading.get(measure, ())],
        }
    for name, value in variables.items():
        duck.execute(f"set variable {name} = ?", [value])
    duck.execute(read_sql("formats/values.sql"))
    if text_instants:
        duck.execute(read_sql("formats/text_instants.sql"))


def use_layout(
    duck: duckdb.DuckDBPyConnection,
    layout: Layout,
    columns: Sequence[str],
    rules: FormatRules,
    few_values: Collection[str] = (),
) -> None:
    """Create the macros that read objects of one layout.

    Args:
        duck: a connection that knows the rules.
        layout: the kinds of the five columns.
        columns: the names of all columns of the first object that is read, in its order.
        rules: the rules of the landing zone.
        few_values: the columns that ``with_few_values`` found in all these objects.
    """
    is_local = layout.is_local and rules.time_zone != "UTC"
    duck.execute("set variable is_local = ?", [is_local])
    words = {f"{measure}_words": "other" if rules.no_reading.get(measure) else "every" for measure in MEASURES}
    kinds = dict(zip(("time", "id", *MEASURES), layout.kinds, strict=True))
    names = ", ".join(quoted(name) for name in column_names(columns))
    values = {
        f"{measure}_values": "few" if name in few_values and _stays_in_dictionary(measure, type_, rules) else "many"
        for measure, name, type_ in list(zip(COLUMNS, layout.names, layout.types, strict=True))[-len(MEASURES) :]
    }
    filled = {"columns": names} | words | values | {f"{name}_kind": kind for name, kind in kinds.items()}
    for statements in ("delivered_readings", "judged_readings"):
        duck.execute(filled_sql(f"loading/biometrics/{statements}.sql", filled))


def with_few_values(duck: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> set[str]:
    """Return the columns that are dictionaries of few values in all these objects, from the objects' footers."""
    return {name for (name,) in duck.execute(read_sql("formats/few_values.sql"), [list(urls)]).fetchall()}


def _stays_in_dictionary(measure: str, type_: str, rules: FormatRules) -> bool:
    """Whether nothing that is done to a measure before its range is checked takes it out of its dictionary."""
    return type_ == "DOUBLE" and not rules.no_reading.get(measure)


def _microseconds(instant: datetime) -> int:
    """Return the microseconds since 1970, exactly."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def quoted(name: str) -> str:
    """Return the name as an identifier of DuckDB."""
    return '"' + name.replace('"', '""') + '"'
