"""Which loads in force an operator wants to reprocess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.datasets import DATASETS
from include.cerebro.zones.landing_zones import LandingZone
from include.cerebro.zones.rules_version import rules_version

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# Loads that are read from the ledger, and looked for in the store, at a time.
PAGE = 1000
ALL = "all"


class ChoiceInvalidError(FinalError, ValueError):
    """What the operator chose makes no sense; the message says what to choose."""


class ChosenLoad(NamedTuple):
    """A load in force that is to be made again.

    Attributes:
        landing_zone: the name of its landing zone.
        dataset: the name of its dataset.
        stored: its object, which replaces it.
        has_released_rows: whether rows in it were released from the quarantine.
    """

    landing_zone: str
    dataset: str
    stored: StoredObject
    has_released_rows: bool


class Choice(NamedTuple):
    """What the operator chose; the fields are the Params of the DAG.

    Attributes:
        landing_zone: the name of a landing zone; empty means all.
        dataset: the name of a dataset, or ``all``.
        key_pattern: what the keys look like: ``*`` stands for any characters, ``?`` for one; empty means all keys.
        first_day: the first day, in UTC, of the readings or missions; none means no limit.
        last_day: the last day.
        only_older_rules: only loads that other rules than today's have judged.
        loaded_before: only loads made before this instant; none means no limit.
        most_objects: objects that one run loads again at most.
        include_released: also loads in which rows were released from the quarantine.
    """

    landing_zone: str = ""
    dataset: str = ALL
    key_pattern: str = ""
    first_day: date | None = None
    last_day: date | None = None
    only_older_rules: bool = True
    loaded_before: datetime | None = None
    most_objects: int = 10_000
    include_released: bool = False

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Choice:
        """Return the choice that the Params of a run make.

        Raises:
            ChoiceInvalidError: a day or an instant is none, or the last day is before the first.
        """
        given = {name: params[name] for name in cls._fields if params.get(name) not in (None, "")}
        try:
            for name in ("first_day", "last_day"):
                if name in given:
                    given[name] = date.fromisoformat(str(given[name]))
            if "loaded_before" in given:
                given["loaded_before"] = datetime.fromisoformat(str(given["loaded_before"]))
        except ValueError as error:
            raise ChoiceInvalidError(
                f"{error}. Write a day as 2026-01-31, an instant as 2026-01-31T10:00:00Z."
            ) from error
        choice = cls(**given)
        if choice.first_day and choice.last_day and choice.last_day < choice.first_day:
            raise ChoiceInvalidError(f"The last day, {choice.last_day}, is before the first, {choice.first_day}.")
        return choice

    def zones(self, zones: Sequence[LandingZone]) -> list[LandingZone]:
        """Return the chosen ones of these landing zones.

        Raises:
            ChoiceInvalidError: there is none of that name.
        """
        chosen = [zone for zone in zones if self.landing_zone in ("", zone.name)]
        if not chosen:
            names = ", ".join(zone.name for zone in zones)
            raise ChoiceInvalidError(f"There is no landing zone {self.landing_zone}. Choose one of {names}.")
        return chosen


class Ledger:
    """The loads that a choice means, in the ledger, for one run."""

    def __init__(self, choice: Choice, zones: Sequence[LandingZone], dag_run_id: str) -> None:
        chosen = choice.zones(zones)
        self._parameters: dict[str, Any] = {
            "landing_zones": [zone.name for zone in chosen],
            "rules_versions": [rules_version(zone) for zone in chosen],
            "datasets": [each.name for each in DATASETS] if choice.dataset == ALL else [choice.dataset],
            "key_pattern": like(choice.key_pattern or "*"),
            "first_day": choice.first_day,
            "last_day": choice.last_day,
            "only_older_rules": choice.only_older_rules,
            "loaded_before": choice.loaded_before,
            "dag_run_id": dag_run_id,
            "after_zone": "",
            "after_key": "",
            "most": None,
        }

    def summary(self, cursor: Cursor, after: ChosenLoad | None = None) -> dict[str, int]:
        """Return how much was chosen and is not done, behind a load: objects, bytes, rows, and with released rows."""
        query = f"with chosen as ({read_sql('maintenance/reprocess/chosen.sql')}) "
        cursor.execute(query + read_sql("maintenance/reprocess/summary.sql"), self._parameters | _behind(after))
        names = [column.name for column in cursor.description or ()]
        return dict(zip(names, cursor.fetchone() or (), strict=True))

    def pages(self, cursor: Cursor) -> Iterator[list[ChosenLoad]]:
        """Yield the chosen loads, sorted by landing zone and key, some at a time. Ends each read's transaction."""
        after: ChosenLoad | None = None
        while True:
            parameters = self._parameters | _behind(after) | {"most": PAGE}
            cursor.execute(read_sql("maintenance/reprocess/chosen.sql"), parameters)
            page = [
                ChosenLoad(zone, dataset, StoredObject(key, etag, size, landed_at, load_id), has_released_rows)
                for load_id, zone, dataset, key, etag, size, landed_at, _, has_released_rows in cursor.fetchall()
            ]
            cursor.connection.rollback()
            if not page:
                return
            yield page
            after = page[-1]


def like(pattern: str) -> str:
    """Return a pattern with ``*`` and ``?`` as one of SQL's LIKE."""
    return re.sub(r"([\\%_])", r"\\\1", pattern).replace("*", "%").replace("?", "_")


def _behind(after: ChosenLoad | None) -> dict[str, str]:
    return {"after_zone": after.landing_zone, "after_key": after.stored.key} if after else {}
