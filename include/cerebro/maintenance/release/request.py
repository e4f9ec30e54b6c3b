"""What an operator decides about rejected rows, and the load that has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from include.cerebro.formats.parquet import MEASURES
from include.cerebro.ledger.erasures import ERASED
from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case


# Reasons for which no rows are released, and why.
NEVER_RELEASED = {
    ERASED: "their hero was forgotten, and the quarantine has none of them",
    "duplicate_reading": "readings of the same hero and instant are in force already and would count twice",
}


class DecisionImpossibleError(FinalError, ValueError):
    """There is nothing to decide about; the message says why, and what to choose."""


class Corrections(NamedTuple):
    """What is changed in rejected rows before the rules judge them again. The quarantine keeps them as they came.

    Attributes:
        hero_id: the id of the hero in all of them; empty leaves them as they are.
        mission_id: the id of the mission in all of them.
        shift_seconds: added to the instants of readings.
        factors: what a measure is multiplied with, by measure.
    """

    hero_id: str = ""
    mission_id: str = ""
    shift_seconds: float = 0
    factors: Mapping[str, float] = {}

    @property
    def given(self) -> dict[str, Any]:
        """The corrections that change something, by name."""
        return {name: value for name, value in self._asdict().items() if value}


class Decision(NamedTuple):
    """What somebody decided about the rows of one object that were rejected for one reason.

    Attributes:
        action: what to do with the rows.
        reason: why they were rejected.
        load_id: the load that they were rejected of; None if landing zone and key name the object.
        landing_zone: the object's landing zone.
        object_key: the object's key.
        corrections: what is changed before a release.
        decided_by: the Airflow user.
        why: why, in the user's words.
        dag_run_id: the run that does it.
    """

    action: Literal["release", "discard"]
    reason: str
    load_id: int | None
    landing_zone: str
    object_key: str
    corrections: Corrections
    decided_by: str
    why: str
    dag_run_id: str

    @classmethod
    def from_params(cls, params: Mapping[str, Any], decided_by: str, dag_run_id: str) -> Decision:
        """Return the decision that the Params of a run make.

        Raises:
            DecisionImpossibleError: they name no object.
        """
        if not params["load_id"] and not params["object_key"]:
            raise DecisionImpossibleError("Name the load by its id, or the object by its landing zone and key.")
        factors = {measure: params[f"{measure}_factor"] for measure in MEASURES}
        corrections = Corrections(
            params["hero_id"] or "",
            params["mission_id"] or "",
            params["shift_seconds"] or 0,
            {measure: float(factor) for measure, factor in factors.items() if factor not in (None, 1)},
        )
        return cls(
            params["action"],
            params["reason"],
            params["load_id"] or None,
            params["landing_zone"],
            params["object_key"],
            corrections,
            decided_by,
            params["why"],
            dag_run_id,
        )


class Rejected(NamedTuple):
    """Rows of a load that were rejected for one reason: how many, where they are kept, how many were discarded.

    Nothing keeps the rows of heroes who were forgotten, and those whose term is over.
    """

    rows: int
    quarantine_key: str | None
    discarded: int


class Held(NamedTuple):
    """A load in force with rejected rows.

    Attributes:
        load_id: its id.
        landing_zone: the name of its landing zone.
        dataset: the name of its dataset.
        stored: its object, which replaces it.
        rows_loaded: its rows in force.
        rows_rejected: its rejected rows.
        rules_version: the version of the rules that judged it.
        rejected: its rejected rows by reason.
    """

    load_id: int
    landing_zone: str
    dataset: str
    stored: StoredObject
    rows_loaded: int
    rows_rejected: int
    rules_version: str | None
    rejected: dict[str, Rejected]

    @property
    def name(self) -> str:
        """The load, for messages."""
        return f"{self.stored.key} (landing zone {self.landing_zone}, load {self.load_id})"


def refuse_erased(held: Held, reasons: Collection[str | None]) -> None:
    """Check that no row is of a hero who was forgotten.

    Args:
        held: the load that the rows were rejected of.
        reasons: why rows are rejected again.

    Raises:
        DecisionImpossibleError: one is.
    """
    if ERASED in reasons:
        raise DecisionImpossibleError(
            f"{held.name}: rows of a hero who was forgotten are among those to release; nothing is released. If "
            "cerebro_forget_hero is at work, wait until it is done; otherwise name another hero_id."
        )


def find(cursor: Cursor, decision: Decision) -> Held:
    """Return the load in force that a decision is about.

    Raises:
        DecisionImpossibleError: there is none, or it has no rows that were rejected for this reason.
    """
    cursor.execute(read_sql("maintenance/release/held.sql"), decision._asdict())
    row = cursor.fetchone()
    named = decision.load_id or f"{decision.landing_zone}: {decision.object_key}"
    if row is None:
        raise DecisionImpossibleError(f"{named}: there is no such load. Take its id from the section Quarantine.")
    load_id, zone, dataset, key, etag, size, landed_at, rows_loaded, rows_rejected, version, status, successor = row
    if status != "loaded":
        raise DecisionImpossibleError(f"{named}: {key} is not loaded (its status is {status}), so nothing is rejected.")
    if successor is not None:
        raise DecisionImpossibleError(
            f"{named}: {key} was loaded again since, as load {successor}. Look at what that one rejects, and decide "
            "about it."
        )
    cursor.execute(read_sql("maintenance/release/rejections.sql"), {"load_id": load_id})
    rejected = {reason: Rejected(*others) for reason, *others in cursor.fetchall()}
    stored = StoredObject(key, etag, size, landed_at, load_id)
    held = Held(load_id, zone, dataset, stored, rows_loaded, rows_rejected, version, rejected)
    if decision.reason not in rejected:
        others = ", ".join(sorted(rejected)) or "none at all"
        raise DecisionImpossibleError(f"{held.name} has no rows rejected as {decision.reason}; it has: {others}.")
    if decision.action == "release" and decision.reason in NEVER_RELEASED:
        raise DecisionImpossibleError(
            f"{held.name}: rows rejected as {decision.reason} stay out, because "
            f"{NEVER_RELEASED[decision.reason]}. Discard them, or leave them as they are."
        )
    if decision.action == "release" and rejected[decision.reason].quarantine_key is None:
        raise DecisionImpossibleError(
            f"{held.name}: the rows rejected as {decision.reason} have left the quarantine because their term was over "
            "(raw.retentions says when), and only their number is kept. Deliver the object again, or discard them."
        )
    return held
