"""Finds the ids of heroes who were forgotten in a column of readings, by the SQL that understands them in a load."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import duckdb

from include.cerebro.formats.parquet import kind_of
from include.cerebro.formats.readings import quoted, set_rules
from include.cerebro.formats.rules import FormatRules
from include.cerebro.platform.sql import read_sql

# Returns those of some hero ids whose hero was forgotten.
Among = Callable[[Iterable[str]], set[str]]


def find_leaving(
    duck: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, column: str, among: Among, rules: FormatRules
) -> bool:
    """Make the table ``leaving``: the values, in its only column ``hero``, that are ids of heroes who were forgotten.

    Args:
        duck: the connection of the rows.
        rows: readings as they were delivered.
        column: the name of their column of hero ids.
        among: returns those of some hero ids whose hero was forgotten.
        rules: the words that mean that an id is missing.

    Returns:
        Whether there are any.
    """
    kind = kind_of("hero_id", str(rows.types[rows.columns.index(column)]))
    if kind is None:
        return False
    set_rules(duck, rules, datetime.now(UTC), text_instants=False)
    ids = rows.project(f"{quoted(column)} as hero").distinct()
    ids.project(f"hero, trimmed_id({kind}_id(hero)) as hero_id").to_table("delivered_ids")
    names = duck.execute(read_sql("maintenance/erasure/files/hero_ids.sql")).fetchall()
    duck.execute("set variable gone = ?::varchar[]", [sorted(among(name for (name,) in names))])
    duck.execute(read_sql("maintenance/erasure/files/leaving.sql"))
    return duck.table("leaving").limit(1).fetchone() is not None
