"""Fetches the rejected rows of one object from the quarantine, and has those of one reason judged again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from include.cerebro.ledger.erasures import ERASED, Erasures
from include.cerebro.ledger.rejections import Rejection
from include.cerebro.loading import quarantine
from include.cerebro.loading.repeats import RepeatedReadings
from include.cerebro.loading.site import LoadSite
from include.cerebro.maintenance.erasure.quarantine import find_rows
from include.cerebro.maintenance.release.readings import ReleasedReadings
from include.cerebro.maintenance.release.records import ReleasedRecords
from include.cerebro.maintenance.release.request import Decision, Held, refuse_erased
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.errors import NotConservedError
from include.cerebro.platform.object_store import download
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.datasets import BIOMETRICS


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
        kept_as = held.rejected[decision.reason].quarantine_key or ""
        file = self._fetch(kept_as)
        self.erasures, self.repeats = erasures, repeats
        if erasures.last:
            self._refuse_erased(file)
        duck.execute("set variable quarantine_file = ?", [str(file)])
        duck.execute("set variable release_reason = ?", [decision.reason])
        duck.execute(read_sql("maintenance/release/quarantine/open.sql"))
        self._check(duck.execute("select reason, count(*) from quarantined group by reason").fetchall())
        rules = site.zone.rules
        self.released: ReleasedReadings | ReleasedRecords = (
            ReleasedReadings(
                duck, file, held, decision.corrections, rules, self.erasures, repeats, site.warehouse, kept_as
            )
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
