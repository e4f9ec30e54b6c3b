"""The work of a reprocessing run: looks for the chosen objects in the store, and loads them again.

Each load commits by itself, as in the main job. A run that is killed goes on where it was: what it has made is not
chosen again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from include.cerebro.landing.batches import pack
from include.cerebro.landing.versions import is_unchanged
from include.cerebro.loading.load import load
from include.cerebro.loading.result import LoadResult
from include.cerebro.loading.site import LoadSite
from include.cerebro.maintenance.reprocess.choice import Choice, ChosenLoad, Ledger
from include.cerebro.platform.errors import Fault, FinalError
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.landing_zones import LandingZone

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Requests at a time that ask whether an object is still there. One takes 2-50 ms.
REQUESTS = 16
# Keys of one kind that the outcome names; the log has all.
NAMED = 20


class ObjectsRefusedError(FinalError):
    """Today's rules refuse objects that are in force; their loads stay."""

    fault = Fault.OBJECT


@dataclass
class Outcome:
    """What came of a run so far.

    Attributes:
        gone: objects that the store does not have any more in the version that is in force.
        released: objects that were left out because rows of them were released from the quarantine.
        refused: objects that could not be loaded again.
    """

    gone: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        """Return the numbers of all, and the first keys of each, as JSON values."""
        lists = {
            "objects_gone_or_changed": self.gone,
            "objects_with_released_rows": self.released,
            "objects_refused": self.refused,
        }
        numbers = {name: len(keys) for name, keys in lists.items()}
        return numbers | {f"{name}_keys": keys[:NAMED] for name, keys in lists.items() if keys}


def raise_refused(outcome: Mapping[str, Any]) -> None:
    """Fail if objects were refused.

    Args:
        outcome: what ``Reprocessing.run`` returned.

    Raises:
        ObjectsRefusedError: some were.
    """
    if outcome.get("objects_refused"):
        keys = "\n".join(f"  {key}" for key in outcome["objects_refused_keys"])
        raise ObjectsRefusedError(
            f"{outcome['objects_refused']} objects cannot be loaded under today's rules, everything else was. Their "
            f"loads stay in force. The log of load_again has each reason. Deliver them corrected:\n{keys}"
        )


class Reprocessing:
    """Loads again what a choice means, for one DAG run."""

    def __init__(
        self,
        choice: Choice,
        zones: Sequence[LandingZone],
        open_site: Callable[[LandingZone], LoadSite],
        warehouse: Warehouse,
        dag_run_id: str,
    ) -> None:
        """Prepare the work.

        Args:
            choice: what the operator chose.
            zones: all landing zones.
            open_site: returns what a load of a landing zone needs, with the run's id.
            warehouse: the warehouse.
            dag_run_id: the run.
        """
        self.outcome = Outcome()
        self._choice = choice
        self._ledger = Ledger(choice, zones, dag_run_id)
        self._sites = {zone.name: open_site(zone) for zone in choice.zones(zones)}
        self._warehouse = warehouse
        self._dag_run_id = dag_run_id

    def summary(self) -> dict[str, int]:
        """Return how much the choice means: objects, bytes and rows."""
        with self._warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            return self._ledger.summary(cursor)

    def run(self) -> dict[str, Any]:
        """Load again as many objects as one run may. Idempotent. Returns the outcome, as JSON values.

        Raises:
            Exception: the store or the warehouse does not answer. What was committed stays.
        """
        with self._warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            rest = self._choice.most_objects - self._done(connection)["objects"]
            last: ChosenLoad | None = None
            pages = self._ledger.pages(cursor)
            while rest > 0 and (page := next(pages, None)):
                present = self._present(page)[:rest]
                rest -= self._load(present)
                self._carry_discards(connection, present)
                # Behind the last object of a page that was cut off, others remain.
                last = present[-1] if present and rest <= 0 else page[-1]
                log.info("%d objects are loaded again; the last is %s", self._done(connection)["objects"], _name(last))
            remaining = self._ledger.summary(cursor, last)["objects"] if rest <= 0 else 0
            return self._done(connection) | self.outcome.counts() | {"objects_remaining": remaining}

    def _present(self, page: Sequence[ChosenLoad]) -> list[ChosenLoad]:
        """Return those loads of a page whose object the store still has, and note the others."""
        allowed = []
        for chosen in page:
            if chosen.has_released_rows and not self._choice.include_released:
                log.warning("%s is left out: rows of it were released from the quarantine", _name(chosen))
                self.outcome.released.append(_name(chosen))
            else:
                allowed.append(chosen)
        present = []
        for zone, group in groupby(allowed, key=lambda chosen: chosen.landing_zone):
            members, site = list(group), self._sites[zone]
            with closing(site.store.client()) as client, ThreadPoolExecutor(REQUESTS) as pool:
                bucket = site.zone.bucket
                answers = pool.map(lambda chosen: is_unchanged(client, bucket, chosen.stored), members)  # noqa: B023 - consumed here
                for chosen, is_there in zip(members, answers, strict=True):
                    if is_there:
                        present.append(chosen)
                        continue
                    log.warning("%s is gone or changed in the landing zone; its load stays as it is", _name(chosen))
                    self.outcome.gone.append(_name(chosen))
        return present

    def _load(self, present: Sequence[ChosenLoad]) -> int:
        """Load the objects, and return how many were."""
        total = LoadResult()
        kinds = sorted(present, key=lambda chosen: (chosen.landing_zone, chosen.dataset))
        for (zone, dataset), group in groupby(kinds, key=lambda chosen: (chosen.landing_zone, chosen.dataset)):
            site = self._sites[zone]
            objects = [chosen.stored for chosen in group]
            for batch in pack(objects, site.settings.batch_bytes, site.settings.batch_objects):
                result = load(dataset, site, batch)
                self.outcome.refused += [f"{zone}: {key}" for key in result.failed]
                total.include(result)
        return total.objects

    def _carry_discards(self, connection: Connection, present: Sequence[ChosenLoad]) -> None:
        with connection.cursor() as cursor:
            replaced = [chosen.stored.replaces for chosen in present]
            cursor.execute(read_sql("maintenance/reprocess/carry_discards.sql"), {"load_ids": replaced})
        connection.commit()

    def _done(self, connection: Connection) -> dict[str, int]:
        with connection.cursor() as cursor:
            cursor.execute(read_sql("maintenance/reprocess/done.sql"), {"dag_run_id": self._dag_run_id})
            objects, rows_loaded, rows_rejected = cursor.fetchone() or (0, 0, 0)
        connection.rollback()
        return {"objects": objects, "rows_loaded": rows_loaded, "rows_rejected": rows_rejected}


def _name(chosen: ChosenLoad) -> str:
    return f"{chosen.landing_zone}: {chosen.stored.key}"
