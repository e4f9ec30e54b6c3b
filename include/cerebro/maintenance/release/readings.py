"""Judges rejected readings again: with corrections, by the same SQL as the readings of any object."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from include.cerebro.formats.parquet import MEASURES, RESERVED, Layout, read_layouts
from include.cerebro.formats.parquet_schema import Column
from include.cerebro.formats.readings import set_rules
from include.cerebro.formats.rules import FormatRules
from include.cerebro.ledger.erasures import Erasures
from include.cerebro.ledger.notices import Notice
from include.cerebro.loading import extra_columns
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.loading.repeats import RepeatedReadings
from include.cerebro.maintenance.release.request import Corrections, DecisionImpossibleError, Held, refuse_erased
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import filled_sql, read_sql
from include.cerebro.platform.warehouse import Warehouse

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

CORRECTED = "corrected.parquet"
# Reasons of notices that all readings of an object have in common.
OF_COLUMNS = frozenset({"ignored_column", "rescued_column"})
NOTHING_REPEATED: dict[str, list[int]] = {"holder_load_ids": [], "readings": []}


class ReleasedReadings:
    """The readings of one object that were rejected for one reason, judged again.

    Attributes:
        accepted: how many are accepted now.
        invalid: accepted readings with an impossible value, by measure.
    """

    def __init__(
        self,
        duck: duckdb.DuckDBPyConnection,
        file: Path,
        held: Held,
        corrections: Corrections,
        rules: FormatRules,
        erasures: Erasures,
        repeats: RepeatedReadings | None,
        warehouse: Warehouse,
        kept_as: str,
    ) -> None:
        """Judge the readings.

        Args:
            duck: a connection with the view ``quarantined`` and the variable ``release_reason``.
            file: the quarantine's file.
            held: the load that they were rejected of.
            corrections: what is changed before they are judged.
            rules: the rules of the landing zone.
            erasures: the heroes who were forgotten.
            repeats: rejects readings that are in force already; none where they count.
            warehouse: the warehouse that accepted readings go to.
            kept_as: the file's key in the quarantine.

        Raises:
            DecisionImpossibleError: the corrections cannot be applied, or the readings are of a hero who was forgotten.
        """
        if corrections.mission_id:
            raise DecisionImpossibleError(f"{held.name} has readings, which name no mission. Correct something else.")
        self._duck = duck
        self._warehouse = warehouse
        self._repeats = repeats
        # The file is an object of a bucket that is a folder.
        folder = str(file.parent)
        layouts = read_layouts(duck, [StoredObject(file.name, "", 0)], folder)
        for bad in layouts.bad.values():
            raise bad
        self._extra = _extra(next(iter(layouts.columns.values())), rules, kept_as)
        corrected = StoredObject(CORRECTED, "", 0)
        self._aggregation = _Released(
            duck, folder, [corrected], rules=rules, repeats=repeats, erasures=lambda: erasures
        )
        set_rules(duck, rules, datetime.now(UTC))
        duck.execute("set variable release_hero_id = ?", [corrections.hero_id])
        duck.execute("set variable release_shift_us = ?", [round(corrections.shift_seconds * 1_000_000)])
        query = _corrected(next(iter(layouts.groups)), corrections)
        path = str(file.parent / CORRECTED).replace("'", "''")
        duck.execute(f"copy ({query}) to '{path}' (format parquet)")
        self._aggregation.run()
        for bad in self._aggregation.bad.values():
            raise bad
        summary = self._aggregation.summaries[CORRECTED]
        refuse_erased(held, summary.rejected)
        self.accepted = summary.totals.rows_loaded
        self.invalid = dict(summary.invalid_measures)
        # The variables of the layout are those of the corrected file.
        duck.execute("set variable urls = ?", [[f"{folder}/{CORRECTED}"]])
        duck.execute("set variable source_keys = ?", [[held.stored.key]])
        rejected = read_sql("loading/biometrics/rejected_readings.sql")
        duck.sql(rejected).project("reason, quarantine_row").to_table("rejected_again")

    def notices(self, noted: Collection[Notice]) -> dict[Notice, int]:
        """Return the columns of the accepted readings that no table has.

        Args:
            noted: what was noted of the object. It is nothing if none of its readings was in force before.
        """
        extra = [notice for notice in noted if notice.reason in OF_COLUMNS]
        return dict.fromkeys(extra or self._extra, self.accepted)

    def close(self) -> None:
        """Release nothing: the connection is the caller's."""

    def copy(self, cursor: Cursor, held: Held, load_id: int) -> None:
        """Write the minutes and hours of a load together with the accepted readings to the load that supersedes it."""
        parameters: dict[str, Any] = {"load_id": held.load_id, "to_load_id": load_id}
        cursor.execute(read_sql("maintenance/release/temporary_tables.sql"))
        self._aggregation.copy(cursor, self._warehouse, {CORRECTED: load_id}, tables="released_")
        cursor.execute(read_sql("maintenance/release/merge.sql"), parameters)
        # Later readings repeat those of the new load, and it has lost what the one before it has lost.
        repeated = self._repeats.repeated(self._duck) if self._repeats else NOTHING_REPEATED
        cursor.execute(read_sql("maintenance/release/repeated_readings.sql"), parameters | repeated)
        for table in ("instants", "unfounded_rejections"):
            cursor.execute(read_sql("maintenance/release/copy_rows.sql"), parameters | {"table_name": table})


class _Released(Aggregation):
    """An aggregation of readings that were rejected before."""

    def _record_repeated(self, cursor: Cursor, repeated: dict[str, list[int]]) -> None:
        """Record nothing: what they repeat is merged with what the superseded load repeats."""

    def _refuse_useless(self) -> None:
        """Refuse nothing: what is rejected again stays where it is."""


def _extra(columns: Sequence[Column], rules: FormatRules, kept_as: str) -> list[Notice]:
    """Return what became of the columns that no table has. Where they are rescued, the quarantine's file has them."""
    delivered = tuple(column for column in columns if column.name not in RESERVED)
    rescued = extra_columns.rescuable(delivered) if rules.extra_columns == "rescue" else []
    return extra_columns.notices(delivered, rescued, kept_as)


def _corrected(layout: Layout, corrections: Corrections) -> str:
    """Return the query of the corrected readings. A column that nothing changes keeps its type and its values."""
    kinds = dict(zip(("timestamp", "hero_id", *MEASURES), layout.kinds, strict=True))
    columns = {name: name for name in MEASURES} | {"timestamp": '"timestamp"', "hero_id": "hero_id"}
    if corrections.hero_id:
        columns["hero_id"] = "getvariable('release_hero_id')"
    if corrections.shift_seconds:
        shifted = f"{kinds['timestamp']}_epoch_us(\"timestamp\") + getvariable('release_shift_us')"
        columns["timestamp"] = f"{'make_timestamp' if layout.is_local else 'make_timestamptz'}({shifted})"
    for measure, factor in corrections.factors.items():
        number = f"{kinds[measure]}_number({measure})"
        # A value that means "no reading" in the landing zone goes on meaning it, and garbage goes on being garbage.
        columns[measure] = (
            f"case when list_contains(getvariable('{measure}_no_reading'), {number}) then {number} "
            f"when {measure} is not null then coalesce({number} * {float(factor)!r}, 'nan'::double) end"
        )
    return filled_sql("maintenance/release/quarantine/corrected.sql", columns)
