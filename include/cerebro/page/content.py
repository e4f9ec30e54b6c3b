"""The whole page: all its sections, read in one go, and the headline above them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from include.cerebro.page.reader import CannotShowError, Reader, open_reader
from include.cerebro.page.section import Section
from include.cerebro.page.sections.answers import hulk_factor, reliability
from include.cerebro.page.sections.biometrics import Choice, biometrics
from include.cerebro.page.sections.operations import days, failed, freshness, quarantine, runs
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """Everything on it. ``problem``: why there is nothing, if there is nothing. ``is_well``: None if nobody knows."""

    written_at: datetime
    headline: str = ""
    is_well: bool | None = None
    problem: str = ""
    sections: dict[str, Section] = field(default_factory=dict)

    @classmethod
    def without_warehouse(cls, problem: str) -> Page:
        """The page when there is nothing to read from."""
        return cls(datetime.now(UTC), "The warehouse cannot be read", False, problem)


def read_page(warehouse: Warehouse, choice: Choice | None = None) -> Page:
    """Read all of the page. What cannot be read says so in its own place; never raises for the warehouse's sake."""
    now = datetime.now(UTC)
    try:
        with open_reader(warehouse) as reader:
            sections = {
                "failed": _shown("failed", "Objects that are broken", failed, reader),
                "hulk_factor": _shown("hulk_factor", "The Hulk Factor", hulk_factor, reader),
                "reliability": _shown("reliability", "Reliability", reliability, reader),
                "biometrics": _shown("biometrics", "Biometrics", lambda it: biometrics(it, choice or Choice()), reader),
                "days": _shown("days", "Landing zone against warehouse", days, reader),
                "runs": _shown("runs", "The last runs", runs, reader),
                "freshness": _shown("freshness", "Freshness", lambda it: freshness(it, now), reader),
                "quarantine": _shown("quarantine", "Quarantine", quarantine, reader),
            }
    except CannotShowError as error:
        return Page.without_warehouse(str(error))
    headline, is_well = _headline(sections["runs"], sections["failed"])
    return Page(now, headline, is_well, "", sections)


def _shown(name: str, title: str, make: Callable[[Reader], Section], reader: Reader) -> Section:
    try:
        return make(reader)
    except CannotShowError as error:
        log.warning("%s cannot be shown: %s", title, error.__cause__ or error)
        return Section(name, title, title, problem=str(error))


def _headline(checks: Section, broken: Section) -> tuple[str, bool | None]:
    if checks.is_well is None or broken.problem:
        return "Nothing has been checked yet", None
    both = checks.is_well and broken.is_well is not False
    if both:
        return "Every reading that came in is accounted for", True
    return (checks.title if not checks.is_well else broken.title), False
