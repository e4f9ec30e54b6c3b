"""The work of cerebro_release: one decision about the rejected rows of one object."""

from __future__ import annotations

import json
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from include.cerebro.ledger import loads
from include.cerebro.ledger.erasures import ERASED, Erasures
from include.cerebro.ledger.loads import ObjectTotals
from include.cerebro.ledger.rejections import Rejection, record_invalid_measures, record_rejections
from include.cerebro.loading import quarantine
from include.cerebro.loading.repeats import RepeatedReadings, turn
from include.cerebro.loading.site import LoadSite
from include.cerebro.maintenance.erasure.quarantine import find_rows
from include.cerebro.maintenance.release.readings import ReleasedReadings
from include.cerebro.maintenance.release.records import ReleasedRecords
from include.cerebro.maintenance.release.request import Decision, DecisionImpossibleError, Held, find, refuse_erased
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import NotConservedError
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import download
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import BIOMETRICS, DATASETS
from include.cerebro.zones.landing_zones import LandingZone, zone_named

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Called with the cursor of the transaction of the decision, and with what comes of it.
Note = Callable[["Cursor", Mapping[str, Any]], None]


class Quarantined:
    """The rejected rows of one object, of which those of one reason were judged again."""

    def __init__(
        self, site: LoadSite, duck: duckdb.DuckDBPyConnection, held: Held, decision: Decision, folder: str,
        erasures: Erasures, repeats: RepeatedReadings | None,
    ) -> None:  # fmt: skip
        """Fetch the rows and judge them.

        Args:
            site: the landing zone and the quarantine.
            duck: a connection of its own.
            held: the load that the rows were rejected of.
            decision: what is to be released.
            folder: a folder for files.
            erasures: the heroes who were forgotten, from before the load was looked up.
            repeats: rejects readings that are in force already, in its turn; none where they count.

        Raises:
            DecisionImpossibleError: the rows cannot be released.
            NotConservedError: the quarantine does not have the rows that the ledger counts.
        """
        self._site, self._duck, self._held, self._folder = site, duck, held, folder
        # find() has refused what nothing keeps.
        file = self._fetch(held.rejected[decision.reason].quarantine_key or "")
        self.erasures, self.repeats = erasures, repeats
        if erasures.last:
            self._refuse_erased(file)
        duck.execute("set variable quarantine_file = ?", [str(file)])
        duck.execute("set variable release_reason = ?", [decision.reason])
        duck.execute(read_sql("maintenance/release/quarantine/open.sql"))
        self._check(duck.execute("select reason, count(*) from quarantined group by reason").fetchall())
        rules = site.zone.rules
        self.released: ReleasedReadings | ReleasedRecords = (
            ReleasedReadings(duck, file, held, decision.corrections, rules, self.erasures, repeats, site.warehouse)
            if held.dataset == BIOMETRICS.name
            else ReleasedRecords(duck, file, held, decision.corrections, rules, decision.reason, self.erasures)
        )
        self._remaining = read_sql("maintenance/release/quarantine/remaining.sql")
        counts = duck.sql(self._remaining).aggregate("reason, count(*)", "reason")
        self.remaining = dict(counts.fetchall())
        self._not_kept = {reason: it.rows for reason, it in held.rejected.items() if it.quarantine_key is None}
        if sum(self.remaining.values()) + sum(self._not_kept.values()) + self.released.accepted != held.rows_rejected:
            raise NotConservedError(
                f"{held.name}: of {held.rows_rejected} rejected rows, {self.released.accepted} are accepted and "
                f"{sum(self.remaining.values())} rejected again. Nothing is released."
            )

    def outcome(self, decision: Decision) -> dict[str, Any]:
        """Return what the release does, in numbers."""
        rows = self._held.rejected[decision.reason].rows
        return {
            "load_id": self._held.load_id,
            "rows": rows,
            "rows_released": self.released.accepted,
            "rows_rejected_again": rows - self.released.accepted,
            "rows_in_quarantine": self.remaining,
        }

    def write(self) -> list[Rejection]:
        """Write the rows that stay rejected to a file of their own in the quarantine."""
        held, site = self._held, self._site
        not_kept = [Rejection(held.stored.key, reason, rows, None) for reason, rows in self._not_kept.items()]
        if not self.remaining:
            return not_kept
        key = quarantine.write(self._duck, site.quarantine_client, site.quarantine, held.stored, self._remaining)
        return not_kept + [Rejection(held.stored.key, reason, rows, key) for reason, rows in self.remaining.items()]

    def _fetch(self, key: str) -> Path:
        file = Path(self._folder) / "rejected.parquet"
        bucket = self._site.quarantine.place.bucket
        with file.open("wb") as target:
            download(self._site.quarantine_client, bucket, key, target)
        return file

    def _refuse_erased(self, file: Path) -> None:
        """Check that cerebro_forget_hero has been at the file: what stays rejected is copied from it."""
        with duckdb_session(self._site.settings, threads=1) as duck:
            if find_rows(duck, file, self.erasures.among):
                refuse_erased(self._held, {ERASED})

    def _check(self, found: Sequence[tuple[str, int]]) -> None:
        expected = {
            reason: rejected.rows for reason, rejected in self._held.rejected.items() if rejected.quarantine_key
        }
        if dict(found) != expected:
            raise NotConservedError(
                f"{self._held.name}: the ledger counts the rejected rows {expected}, the quarantine has {dict(found)}. "
                "Nothing is released. Reprocess the object."
            )


class Deciding:
    """Carries out decisions, each in one transaction."""

    def __init__(
        self, zones: Sequence[LandingZone], open_site: Callable[[LandingZone], LoadSite], warehouse: Warehouse
    ) -> None:
        self._zones = zones
        self._open_site = open_site
        self._warehouse = warehouse

    def preview(self, decision: Decision) -> tuple[Held, dict[str, Any]]:
        """Return the load that is meant, and what would come of the decision; change nothing. Raises as ``decide``."""
        erasures = Erasures.find(self._warehouse)
        with self._cursor() as cursor:
            held = find(cursor, decision)
        if decision.action == "discard":
            return held, _discarded(held, decision)
        with self._quarantined(held, decision, erasures) as quarantined:
            return held, quarantined.outcome(decision)

    def decide(self, decision: Decision, note: Note) -> dict[str, Any]:
        """Do what was decided. Idempotent for a run. Returns what it has done.

        Args:
            decision: the decision.
            note: writes to the same transaction.

        Raises:
            DecisionImpossibleError: there is nothing to decide about, or another run has changed it meanwhile.
        """
        erasures = Erasures.find(self._warehouse)
        with self._cursor() as cursor:
            cursor.execute(read_sql("maintenance/release/decided.sql"), decision._asdict())
            if done := cursor.fetchone():
                log.info("This run has done it already, in load %d", done[0])
                return {"load_id": done[0], "rows": done[1], "rows_released": done[1]}
            held = find(cursor, decision)
            if decision.action == "discard":
                return self._discard(cursor, held, decision, note)
            cursor.connection.rollback()
        with (
            self._quarantined(held, decision, erasures) as quarantined,
            self._cursor(quarantined.repeats.connection if quarantined.repeats else None) as cursor,
        ):
            outcome = quarantined.outcome(decision)
            if quarantined.released.accepted:
                outcome["load_id"] = self._release(cursor, held, decision, quarantined)
            note(cursor, outcome)
            cursor.connection.commit()
        log.info("%s, %s: %s", held.name, decision.reason, outcome)
        return outcome

    def _release(self, cursor: Cursor, held: Held, decision: Decision, quarantined: Quarantined) -> int:
        """Write the load that supersedes the held one. The caller commits."""
        site, stored, released = self._site(held), held.stored, quarantined.released
        rejections = quarantined.write()
        dataset = next(each for each in DATASETS if each.name == held.dataset)
        # The rows in force were judged by the rules of then.
        origin = site.origin(dataset)._replace(rules_version=held.rules_version)
        totals = ObjectTotals(held.rows_loaded + released.accepted, held.rows_rejected - released.accepted)
        load_ids = loads.claim(cursor, origin, [stored], [totals])
        if stored.key not in load_ids:
            raise DecisionImpossibleError(
                f"{held.name} was loaded again meanwhile. Nothing is released; look at it anew."
            )
        load_id = load_ids[stored.key]
        released.copy(cursor, held, load_id)
        record_rejections(cursor, load_ids, rejections)
        cursor.execute(read_sql("maintenance/release/invalid_measures.sql"), {"load_id": held.load_id})
        invalid = Counter(dict(cursor.fetchall())) + Counter(released.invalid)
        record_invalid_measures(cursor, [(load_id, name, number) for name, number in invalid.items()])
        parameters = {"load_id": held.load_id, "to_load_id": load_id, "reason": decision.reason}
        cursor.execute(read_sql("maintenance/release/carry_decisions.sql"), parameters)
        # What has left the rows that are taken over has left the new load, too.
        cursor.execute(read_sql("maintenance/release/copy_rows.sql"), parameters | {"table_name": "erased_rows"})
        _note(cursor, decision, load_id, released.accepted)
        site.publish(cursor, origin, load_ids, quarantined.erasures.last, rejections)
        return load_id

    def _discard(self, cursor: Cursor, held: Held, decision: Decision, note: Note) -> dict[str, Any]:
        outcome = _discarded(held, decision)
        _note(cursor, decision, held.load_id, outcome["rows"])
        note(cursor, outcome)
        cursor.connection.commit()
        return outcome

    def _site(self, held: Held) -> LoadSite:
        return self._open_site(zone_named(self._zones, held.landing_zone))

    @contextmanager
    def _cursor(self, connection: Connection | None = None) -> Iterator[Cursor]:
        """Open a cursor of a connection; without one, of a new connection."""
        opened: AbstractContextManager[Connection] = (
            nullcontext(connection) if connection else self._warehouse.connect(LOADER_ROLE)
        )
        with opened as its, its.cursor() as cursor:
            yield cursor

    @contextmanager
    def _quarantined(self, held: Held, decision: Decision, erasures: Erasures) -> Iterator[Quarantined]:
        site = self._site(held)
        with (
            tempfile.TemporaryDirectory(prefix="cerebro-release-") as folder,
            duckdb_session(site.settings) as duck,
            turn(site) if held.dataset == BIOMETRICS.name else nullcontext() as repeats,
        ):
            quarantined = Quarantined(site, duck, held, decision, folder, erasures, repeats)
            with closing(quarantined.released):
                yield quarantined


def _discarded(held: Held, decision: Decision) -> dict[str, Any]:
    rejected = held.rejected[decision.reason]
    if rejected.rows == rejected.discarded:
        raise DecisionImpossibleError(f"{held.name}: all rows rejected as {decision.reason} are discarded already.")
    return {"load_id": held.load_id, "rows": rejected.rows - rejected.discarded, "rows_released": 0}


def _note(cursor: Cursor, decision: Decision, load_id: int, rows: int) -> None:
    parameters = decision._asdict() | {"load_id": load_id, "rows": rows}
    parameters["corrections"] = json.dumps(decision.corrections.given)
    cursor.execute(read_sql("maintenance/release/decide.sql"), parameters)
