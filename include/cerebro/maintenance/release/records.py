"""Judges rejected records of heroes and missions again: with corrections, by the same rules as those of any file."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from include.cerebro.formats.heroes_csv import judge_kept
from include.cerebro.formats.missions_json import read_missions
from include.cerebro.formats.records import Record, RejectedRecord, field_key
from include.cerebro.formats.rules import FormatRules
from include.cerebro.ledger.erasures import Erasures
from include.cerebro.ledger.notices import Notice
from include.cerebro.loading.erased_heroes import without_erased
from include.cerebro.loading.parsing import ParsedObject
from include.cerebro.loading.records import Prefixed
from include.cerebro.maintenance.release.request import Corrections, DecisionImpossibleError, Held, refuse_erased
from include.cerebro.platform.errors import BadObjectError
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.datasets import HEROES

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# Of these the quarantine has no whole record, or no record at all.
NOT_KEPT = frozenset({"record_too_long", "invalid_csv"})
FETCHED = 1000


class ReleasedRecords:
    """The records of one object that were rejected for one reason, judged again.

    Attributes:
        accepted: how many are accepted now.
        invalid: accepted records with a damage that is no amount, by field.
    """

    def __init__(
        self,
        duck: duckdb.DuckDBPyConnection,
        file: Path,
        held: Held,
        corrections: Corrections,
        rules: FormatRules,
        reason: str,
        erasures: Erasures,
    ) -> None:
        """Judge the records.

        Args:
            duck: a connection with the view ``quarantined`` and the variable ``release_reason``.
            file: the quarantine's file.
            held: the load that they were rejected of.
            corrections: what is changed before they are judged.
            rules: the rules of the landing zone.
            reason: why they were rejected.
            erasures: the heroes who were forgotten.

        Raises:
            DecisionImpossibleError: the corrections cannot be applied, the quarantine has no whole records, or they
                are of a hero who was forgotten.
        """
        if reason in NOT_KEPT:
            raise DecisionImpossibleError(
                f"{held.name}: rows rejected as {reason} cannot be understood by themselves. Correct the object at the "
                "source and deliver it again under the same key."
            )
        if corrections.shift_seconds or corrections.factors:
            raise DecisionImpossibleError(f"{held.name} has records: only hero_id and mission_id can be corrected.")
        if corrections.mission_id and held.dataset == HEROES.name:
            raise DecisionImpossibleError(f"{held.name} has heroes, which name no mission. Correct something else.")
        self.parsed = ParsedObject()
        self._dataset = held.dataset
        again = file.with_name("rejected_again.csv")
        duck.execute(read_sql("maintenance/release/quarantine/records.sql"))
        with again.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target)
            while rows := duck.fetchmany(FETCHED):
                for row_number, _, text in rows:
                    judged = _judge(held, row_number, text, corrections, rules, erasures)
                    if isinstance(judged, Record):
                        self.parsed.add(judged)
                    else:
                        refuse_erased(held, {judged})
                        writer.writerow([row_number, judged or reason])
        duck.execute(read_sql("maintenance/release/quarantine/rejected_again.sql"), [str(again)])
        self.accepted = self.parsed.totals.rows_loaded
        self.invalid: Counter[str] = self.parsed.not_understood

    def notices(self, noted: Collection[Notice]) -> dict[Notice, int]:
        """Return the fields of the accepted records that the tables do not show as they came."""
        del noted
        return {Notice(name, reason): rows for (name, reason), rows in self.parsed.notices.items()}

    def close(self) -> None:
        """Forget the records."""
        self.parsed.close()

    def copy(self, cursor: Cursor, held: Held, load_id: int) -> None:
        """Write the records of a load and the accepted ones to the load that supersedes it."""
        parameters = {"table_name": self._dataset, "load_id": held.load_id, "to_load_id": load_id}
        cursor.execute(read_sql("maintenance/release/copy_rows.sql"), parameters)
        self.parsed.lines.seek(0)
        lines = Prefixed(f"{load_id}\t".encode(), self.parsed.lines)
        cursor.copy_expert(read_sql(f"loading/records/copy_{self._dataset}.sql"), lines)


def _judge(
    held: Held, row_number: int, text: str, corrections: Corrections, rules: FormatRules, erasures: Erasures
) -> Record | str | None:
    """Return the record as it is loaded now, or the reason to reject it again; None if it is no record at all."""
    corrected = _corrected(held.dataset, text, corrections)
    try:
        if held.dataset == HEROES.name:
            judged: list[Record | RejectedRecord] = [judge_kept(held.stored.key, row_number, corrected, rules)]
        else:
            judged = list(read_missions(held.stored.key, io.StringIO(corrected), rules))
    except (BadObjectError, ValueError):
        return None
    if erasures.last:
        judged = list(without_erased(judged, erasures.among))
    if len(judged) != 1:
        return None
    (record,) = judged
    if isinstance(record, RejectedRecord):
        return record.reason
    if corrected is not text:
        # raw keeps the record as it came; the fields say how it is understood.
        record = record._replace(text=text, fields=record.fields or corrected)
    return record._replace(row_number=row_number)


def _corrected(dataset: str, text: str, corrections: Corrections) -> str:
    """Return a record with the corrections; the very same text if there are none, or if it is no JSON object."""
    if not corrections.given:
        return text
    try:
        record: Any = json.loads(text)
    except ValueError:
        return text
    if not isinstance(record, dict):
        return text
    changes: dict[str, Any] = {"mission_id": corrections.mission_id} if corrections.mission_id else {}
    if corrections.hero_id:
        is_hero = dataset == HEROES.name
        changes["hero_id" if is_hero else "hero_ids"] = corrections.hero_id if is_hero else [corrections.hero_id]
    spellings = {field_key(name) for name in changes}
    kept = {name: value for name, value in record.items() if field_key(name) not in spellings}
    return json.dumps(kept | changes, ensure_ascii=False)
