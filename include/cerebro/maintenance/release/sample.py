"""Looks at a few rows of the quarantine, for whoever decides about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import BoundedSemaphore, Timer
from typing import Any, NamedTuple

import duckdb

from include.cerebro.formats.rules import DEFAULT_RULES
from include.cerebro.formats.values import InvalidValueError, parse_id
from include.cerebro.loading.erased_heroes import names_in
from include.cerebro.maintenance.archive import url
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import first_line
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql

ROWS = 20
# A record may have 16 million characters.
CHARACTERS = 500
SECONDS = 10
# It runs in Airflow's API server. A row group of the quarantine has 32 MB at most.
MEMORY = "256MB"
_TURNS = BoundedSemaphore(2)


class SampleUnreadableError(Exception):
    """The rows cannot be read; the message says why and what to do."""


class Sample(NamedTuple):
    """Some rows of one object and reason, as texts.

    Attributes:
        columns: the names of the columns.
        rows: the values, each cut to ``CHARACTERS``; None where there is none.
        hidden: how many rows were left out because their hero was forgotten.
    """

    columns: list[str]
    rows: list[list[str | None]]
    hidden: int


def read_sample(
    settings: Settings,
    store: ObjectStore,
    file: tuple[str, str],
    reason: str,
    among: Callable[[Iterable[str]], set[str]],
    seconds: float = SECONDS,
) -> Sample:
    """Return the first rows of a file of the quarantine that were rejected for a reason.

    Args:
        settings: the settings.
        store: the store of the quarantine.
        file: bucket and key.
        reason: why the rows were rejected.
        among: returns those of some hero ids whose hero was forgotten. ``cerebro_forget_hero`` takes their rows out of
            the file; until it has, they are left out here.
        seconds: how long it may take.

    Raises:
        SampleUnreadableError: the file is missing, or it takes too long.
    """
    if not _TURNS.acquire(timeout=seconds):
        raise SampleUnreadableError("Others look at rows of the quarantine. Try again in a minute.")
    try:
        with duckdb_session(settings, store, http_retries=1) as duck:
            duck.execute(f"set memory_limit = '{MEMORY}'; set threads = 1; set preserve_insertion_order = true")
            duck.execute(f"set global http_timeout = {max(1, round(seconds))}")
            timer = Timer(seconds, duck.interrupt)
            timer.start()
            try:
                return _read(duck, url(*file), reason, among)
            finally:
                timer.cancel()
    except duckdb.InterruptException as error:
        raise SampleUnreadableError(
            f"{url(*file)} took longer than {seconds:.0f} s to read. Try again in a minute, or read the file itself."
        ) from error
    except duckdb.Error as error:
        raise SampleUnreadableError(f"{url(*file)} cannot be read. DuckDB says: {first_line(error)}") from error
    finally:
        _TURNS.release()


def _read(
    duck: duckdb.DuckDBPyConnection, address: str, reason: str, among: Callable[[Iterable[str]], set[str]]
) -> Sample:
    duck.execute("set variable quarantine_file = ?", [address])
    duck.execute("set variable release_reason = ?", [reason])
    rejected = duck.sql(read_sql("maintenance/release/quarantine/sample.sql")).limit(ROWS)
    columns = rejected.columns
    # The id of a reading as it is, too: 1.0 is the hero 1.
    hero_id = "hero_id" if "hero_id" in columns else "null"
    result = rejected.project(f"{hero_id}, columns(*)::varchar")
    names: list[set[str]] = []
    rows: list[list[str | None]] = []
    # One by one: a record may be long.
    while row := result.fetchone():
        names.append(_names(row))
        rows.append([_cut(value) for value in row[1:]])
    gone = among(set().union(*names))
    shown = [row for row, its_names in zip(rows, names, strict=True) if gone.isdisjoint(its_names)]
    return Sample(columns, shown, len(rows) - len(shown))


def _names(row: Sequence[Any]) -> set[str]:
    """Return whatever may be a hero's id in a row."""
    found = set().union(*(names_in(value) for value in row[1:] if value))
    for value in row:
        with suppress(InvalidValueError):
            found |= {parse_id(value, DEFAULT_RULES) or ""}
    return found - {""}


def _cut(value: str | None) -> str | None:
    return value if value is None or len(value) <= CHARACTERS else value[: CHARACTERS - 1] + "…"
