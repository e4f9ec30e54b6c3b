"""The work of cerebro_release: one decision about the rejected rows of one object."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from include.cerebro.ledger.erasures import Erasures
from include.cerebro.loading.repeats import turn
from include.cerebro.loading.site import LoadSite
from include.cerebro.maintenance.release.quarantined import Quarantined
from include.cerebro.maintenance.release.request import Decision, DecisionImpossibleError, Held, find
from include.cerebro.maintenance.release.superseding import note_decision, supersede
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.datasets import BIOMETRICS
from include.cerebro.zones.landing_zones import LandingZone, zone_named

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2 names its classes in lower case
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

log = logging.getLogger(__name__)

# Called with the cursor of the transaction of the decision, and with what comes of it.
Note = Callable[["Cursor", Mapping[str, Any]], None]


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
                outcome["load_id"] = supersede(cursor, self._site(held), held, decision, quarantined)
            note(cursor, outcome)
            cursor.connection.commit()
        log.info("%s, %s: %s", held.name, decision.reason, outcome)
        return outcome

    def _discard(self, cursor: Cursor, held: Held, decision: Decision, note: Note) -> dict[str, Any]:
        outcome = _discarded(held, decision)
        note_decision(cursor, decision, held.load_id, outcome["rows"])
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
