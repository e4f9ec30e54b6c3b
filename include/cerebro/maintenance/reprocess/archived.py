"""Brings minutes back to ``raw`` that retention has archived: to the loads that they are of, as they were.

The ledger has these loads and their hours all the time, so nothing is claimed anew. The steps of the retention come
back from the last one on, each in one transaction with its row in ``raw.retentions``, whose horizon goes back.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from include.cerebro.ledger.erasures import Erasures
from include.cerebro.loading.minutes import add_months
from include.cerebro.maintenance.archive import BIOMETRICS, take_turn
from include.cerebro.maintenance.reprocess.archived_file import ArchivedFile, ArchiveIncompleteError
from include.cerebro.maintenance.reprocess.choice import ALL, ChoiceInvalidError
from include.cerebro.maintenance.retention.minutes import SETTINGS, move_horizon
from include.cerebro.maintenance.retention.terms import Terms
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import NotConservedError
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import Settings, variable
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# What the Param `source` is called in the form.
ARCHIVE = "archive"
# Params that choose objects, with what each is if it chooses none.
_OF_OBJECTS = {"landing_zone": "", "dataset": ALL, "key_pattern": "", "last_day": None, "loaded_before": None}


class Step(NamedTuple):
    """A step of the retention: what is older than its horizon has left ``raw`` with it.

    Attributes:
        horizon: its horizon.
        before: the horizon before it, as PostgreSQL writes it.
        files: how many files the archive has of it.
        minutes: how many minutes there are in them.
        is_lost: whether its minutes were dropped without an archive.
    """

    horizon: datetime
    before: str
    files: int
    minutes: int
    is_lost: bool


def first_month(params: Mapping[str, Any], settings: Settings, now: datetime) -> datetime | None:
    """Return the start of the first month that the Params of a run bring back; None means all there is.

    Raises:
        ChoiceInvalidError: the Params choose objects, or months that the terms of the deployment do not keep.
    """
    if set_ones := [name for name, nothing in _OF_OBJECTS.items() if params.get(name) not in (nothing, None)]:
        raise ChoiceInvalidError(
            f"The archive comes back in whole months, from first_day on, with all that was in them. Leave "
            f"{', '.join(set_ones)} as in the empty form."
        )
    horizons = Terms.of(settings).horizons(now)
    if not params.get("first_day"):
        return horizons.minutes
    day = date.fromisoformat(str(params["first_day"]))
    first = datetime(day.year, day.month, 1, tzinfo=UTC)
    today = now.astimezone(UTC)
    needed = (today.year - day.year) * 12 + today.month - day.month
    kept = {"keep_minutes_months": horizons.minutes, "keep_marts_months": horizons.marts}
    short = [name for name, horizon in kept.items() if horizon and first < horizon and getattr(settings, name)]
    if short:
        settings_now = " and ".join(f"{variable(name)}={getattr(settings, name)}" for name in short)
        raise ChoiceInvalidError(
            f"{first:%B %Y} is older than {settings_now} keeps: the marts would not show it, and the next "
            f"cerebro_retention would take it out again. Raise to at least {needed} (0 is for ever) first: "
            f"{', '.join(variable(name) for name in short)}."
        )
    return first


class Restoring:
    """Brings archived minutes back, for one DAG run."""

    def __init__(
        self, first: datetime | None, settings: Settings, store: ObjectStore, warehouse: Warehouse, dag_run_id: str
    ) -> None:
        """Prepare the work.

        Args:
            first: the start of the first month; None means all there is.
            settings: the terms, and limits of DuckDB.
            store: the store of the archive; it needs the right to read.
            warehouse: the warehouse, whose login owns ``raw``.
            dag_run_id: the run.
        """
        self._first = first
        self._settings = settings
        self._store = store
        self._warehouse = warehouse
        self._dag_run_id = dag_run_id

    def summary(self) -> dict[str, int]:
        """Return what would come back: months, files and minutes.

        Raises:
            ArchiveIncompleteError: minutes were dropped without an archive.
        """
        with self._warehouse.connect() as connection, connection.cursor() as cursor:
            steps = self._steps(cursor)
        minutes = sum(step.minutes for step in steps)
        return {"months": len(steps), "files": sum(step.files for step in steps), "minutes": minutes}

    def run(self) -> dict[str, int]:
        """Bring the minutes back, and let the marts show them. Idempotent. Returns the outcome of the run.

        Raises:
            ArchiveIncompleteError: the archive does not have all. What came back before stays.
            NotConservedError: the minutes of a step are not those that the ledger counts. None of them came back.
        """
        with (
            self._warehouse.connect(settings=SETTINGS) as connection,
            connection.cursor() as cursor,
            duckdb_session(self._settings, self._store) as duck,
        ):
            while True:
                take_turn(cursor)
                steps = self._steps(cursor)
                if not steps:
                    break
                self._restore(cursor, duck, steps[0])
                connection.commit()
            cursor.execute(read_sql("maintenance/archive/restored.sql"), {"dag_run_id": self._dag_run_id})
            months, objects, minutes = cursor.fetchone() or (0, 0, 0)
        horizons = Terms.of(self._settings).horizons(datetime.now(UTC))
        move_horizon(self._warehouse, horizons.marts, self._dag_run_id)
        return {"objects": objects, "months": months, "minutes": minutes}

    def _steps(self, cursor: Cursor) -> list[Step]:
        """Return the steps that are to come back, the last one first."""
        cursor.execute(read_sql("maintenance/archive/steps.sql"), {"first": self._first})
        steps = [Step(*row) for row in cursor.fetchall()]
        lost = [step.horizon for step in steps if step.is_lost]
        if lost:
            raise ArchiveIncompleteError(
                f"Minutes before {max(lost):%Y-%m-%d} were dropped without an archive, and cannot come back. Choose "
                "that day or a later one as first_day."
            )
        return steps

    def _restore(self, cursor: Cursor, duck: duckdb.DuckDBPyConnection, step: Step) -> None:
        """Bring the minutes of a step back. The caller commits."""
        erasures = Erasures.find(self._warehouse)
        cursor.execute(read_sql("maintenance/archive/files_of_step.sql"), {"horizon": step.horizon})
        files = cursor.fetchall()
        add_months(cursor, self._warehouse, [day for _, _, table, day, _, _ in files if table == BIOMETRICS])
        objects, minutes = set[int](), 0
        for bucket, key, table, _, rows, archived_at in files:
            file = ArchivedFile(duck, self._store, bucket, key, table)
            file.check(cursor, rows)
            load_ids, its_rows = file.restore(cursor, self._warehouse, erasures, archived_at)
            if table == BIOMETRICS:
                objects |= load_ids
                minutes += its_rows
        parameters = {"before": step.before, "horizon": step.horizon, "dag_run_id": self._dag_run_id}
        cursor.execute(read_sql("maintenance/archive/unbalanced.sql"), parameters)
        if unbalanced := cursor.fetchall():
            zone, object_key, expected, found = unbalanced[0]
            raise NotConservedError(
                f"{zone}: {object_key} and {len(unbalanced) - 1} others would not have the readings before "
                f"{step.horizon:%Y-%m-%d} that the ledger counts ({found} instead of {expected}). Nothing of that step "
                "came back. Load these objects again from the landing zone with cerebro_reprocess, and try again."
            )
        parameters |= {"objects": -len(objects), "rows": -minutes}
        cursor.execute(read_sql("maintenance/archive/record_restored.sql"), parameters)
        log.info("%d minutes before %s are back in raw.biometrics", minutes, step.horizon)
