"""Takes a hero out of the warehouse, in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.loading.erased_heroes import crew_without
from include.cerebro.maintenance.archive import take_turn
from include.cerebro.platform.errors import Fault, FinalError
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.roles import with_prefix
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Mission records that are rewritten by one statement.
BATCH = 2000
# It waits for a build of the largest table; what it holds meanwhile are locks that only other builds wait for. A year
# of a hundred heroes takes PostgreSQL minutes.
SETTINGS = {"lock_timeout": "30min", "statement_timeout": "3h"}


class ReasonNamesHeroError(FinalError, ValueError):
    """The reason for the erasure names the hero, and would outlive it."""

    fault = Fault.DATA


class Counts(NamedTuple):
    """How much there is of a hero: object versions, readings, hero records, and missions that the hero was on."""

    objects: int
    readings: int
    records: int
    participations: int


class Erasure(NamedTuple):
    """An erasure that is committed: its id in ``raw.erasures``, and how much left ``raw``."""

    erasure_id: int
    counts: Counts


def preview(warehouse: Warehouse, hero_id: str, reason: str) -> Counts:
    """Return how much of a hero is in ``raw``. Changes nothing.

    Args:
        warehouse: the warehouse.
        hero_id: the hero's id, in any spelling.
        reason: why the hero is to be forgotten, which is kept.

    Raises:
        ReasonNamesHeroError: the reason names the hero.
    """
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("maintenance/erasure/names_the_hero.sql"), {"hero_id": hero_id, "text": reason})
        if cursor.fetchone() == (True,):
            raise ReasonNamesHeroError(
                "The reason names the hero. It is kept after the erasure, so give one that does not, such as the "
                "number of the request. This run's configuration holds it, too: delete the run."
            )
        cursor.execute(read_sql("maintenance/erasure/preview.sql"), {"spellings": spellings_of(cursor, hero_id)})
        return Counts(*cursor.fetchone() or (0, 0, 0, 0))


def erase(warehouse: Warehouse, hero_id: str, dag_run_id: str, relations: Sequence[str]) -> Erasure:
    """Delete a hero from ``raw`` and from all tables of dbt, as if nobody had ever delivered the hero.

    Builds of dbt and commits of loads are kept out meanwhile; each that comes later sees none of the hero. Readers see
    the state before or after it. Idempotent: a retry of the run finds the erasure done.

    Args:
        warehouse: the warehouse, whose login owns ``raw``.
        hero_id: the hero's id, in any spelling.
        dag_run_id: the run that erases.
        relations: the tables that dbt builds, as schema.name.
    """
    if done := erasure_of(warehouse, dag_run_id):
        log.info("An earlier try has committed the erasure")
        return done
    with warehouse.connect(settings=SETTINGS) as connection, connection.cursor() as cursor:
        # Before any other lock: what leaves raw meanwhile would take the hero along.
        take_turn(cursor)
        lock_builds = with_prefix(read_sql("maintenance/erasure/lock_builds.sql"), warehouse.role_prefix)
        cursor.execute(lock_builds, {"relations": list(relations)})
        log.info("No dbt build is at work")
        cursor.execute(read_sql("ledger/lock.sql"))
        cursor.execute("set local idle_in_transaction_session_timeout = '15min'")
        cursor.execute(read_sql("maintenance/erasure/begin.sql"), {"dag_run_id": dag_run_id, "hero_id": hero_id})
        if row := cursor.fetchone():
            _erase(cursor, int(row[0]), spellings_of(cursor, hero_id), hero_id)
            connection.commit()
        cursor.execute(read_sql("maintenance/erasure/analyze.sql"))
        connection.commit()
    done = erasure_of(warehouse, dag_run_id)
    if done is None:
        raise RuntimeError("The erasure is not in raw.erasures after its commit. Clear the task to try again.")
    return done


def erasure_of(warehouse: Warehouse, dag_run_id: str) -> Erasure | None:
    """Return what a run has erased; None if it has not."""
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("maintenance/erasure/of_run.sql"), {"dag_run_id": dag_run_id})
        row = cursor.fetchone()
    return Erasure(row[0], Counts(*row[1:])) if row else None


def spellings_of(cursor: Cursor, hero_id: str) -> list[str]:
    """Return all spellings of a hero's id in ``raw``."""
    cursor.execute(read_sql("maintenance/erasure/spellings.sql"), {"hero_id": hero_id})
    (spellings,) = cursor.fetchone() or ([],)
    return spellings or []


def _erase(cursor: Cursor, erasure_id: int, spellings: list[str], hero_id: str) -> None:
    parameters = {"erasure_id": erasure_id, "spellings": spellings, "hero_id": hero_id}
    cursor.execute(read_sql("maintenance/erasure/erase_rows.sql"), parameters)
    emptied = _leave_crews(cursor, erasure_id, spellings)
    cursor.execute("select raw.erase_from_built_tables(%(spellings)s::text[], raw.hero_key(%(hero_id)s))", parameters)
    cursor.execute("select to_regclass('staging.int_mission_records') is not null")
    if emptied and cursor.fetchone() == (True,):
        load_ids, row_numbers = map(list, zip(*emptied, strict=True))
        cursor.execute(
            read_sql("maintenance/erasure/republish.sql"), {"load_ids": load_ids, "row_numbers": row_numbers}
        )
    cursor.execute(read_sql("maintenance/erasure/finish.sql"), parameters)


def _leave_crews(cursor: Cursor, erasure_id: int, spellings: list[str]) -> list[tuple[int, int]]:
    """Take the hero out of all crews; return load and row number of the records whose crew is empty now."""
    emptied: list[tuple[int, int]] = []
    erased = set(spellings)
    # A cursor on the server: a hero may have been on each of a million missions.
    with cursor.connection.cursor(name="missions") as missions:
        missions.itersize = BATCH
        missions.execute(read_sql("maintenance/erasure/missions.sql"), {"spellings": spellings})
        while rows := missions.fetchmany(BATCH):
            load_ids, row_numbers, records, fields = map(list, zip(*rows, strict=True))
            cursor.execute(
                read_sql("maintenance/erasure/rewrite_missions.sql"),
                {
                    "erasure_id": erasure_id,
                    "load_ids": load_ids,
                    "row_numbers": row_numbers,
                    "records": [crew_without(record, erased) for record in records],
                    "fields": [known and crew_without(known, erased) for known in fields],
                },
            )
            emptied += [(load_id, row_number) for load_id, row_number in cursor.fetchall()]
    return emptied
