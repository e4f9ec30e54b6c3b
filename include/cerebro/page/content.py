"""The whole page: all its sections, and the headline above them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from include.cerebro.page.components import Section
from include.cerebro.page.reader import Reader, UnreadableWarehouseError, open_reader
from include.cerebro.page.sections import (
    biometrics,
    days,
    erasures,
    failed,
    freshness,
    hulk_factor,
    landing_zones,
    latency,
    notices,
    overlaps,
    quarantine,
    rebuilds,
    reliability,
    retention,
    rules,
    runs,
    schema_changes,
)
from include.cerebro.page.sections.biometrics import Choice
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Page:
    """The whole page. ``is_healthy`` is None before the first check; ``problem`` says why there are no sections."""

    written_at: datetime
    headline: str = ""
    is_healthy: bool | None = None
    problem: str = ""
    sections: dict[str, Section] = field(default_factory=dict)

    @classmethod
    def without_warehouse(cls, problem: str) -> Page:
        """Make the page for a warehouse that cannot be read."""
        return cls(datetime.now(UTC), "The warehouse cannot be read", False, problem)


def read_page(warehouse: Warehouse, choice: Choice | None = None) -> Page:
    """Read the whole page.

    A section that cannot be read says so in its place. This never raises because of the warehouse.

    Args:
        warehouse: the warehouse to read.
        choice: whose biometrics to show, and of which days.
    """
    try:
        with open_reader(warehouse) as reader:
            return page_of(reader, datetime.now(UTC), choice or Choice())
    except UnreadableWarehouseError as error:
        return Page.without_warehouse(str(error))


def page_of(reader: Reader, now: datetime, choice: Choice) -> Page:
    """Make the page of what the reader reads."""
    reads: list[tuple[Section, Callable[[Reader], Section]]] = [
        (failed.SECTION, failed.read),
        (hulk_factor.SECTION, hulk_factor.read),
        (reliability.SECTION, reliability.read),
        (biometrics.SECTION, lambda it: biometrics.read(it, choice)),
        (days.SECTION, days.read),
        (runs.SECTION, runs.read),
        (freshness.SECTION, lambda it: freshness.read(it, now)),
        (latency.SECTION, lambda it: latency.read(it, read_settings().answer_within_minutes)),
        (quarantine.SECTION, quarantine.read),
        (notices.SECTION, notices.read),
        (overlaps.SECTION, overlaps.read),
        (landing_zones.SECTION, landing_zones.read),
        (schema_changes.SECTION, schema_changes.read),
        (rebuilds.SECTION, rebuilds.read),
        (rules.SECTION, rules.read),
        (retention.SECTION, retention.read),
        (erasures.SECTION, erasures.read),
    ]
    sections = {section.name: _read_section(reader, section, read) for section, read in reads}
    headline, is_healthy = _headline(sections["runs"], sections["failed"])
    return Page(now, headline, is_healthy, "", sections)


def _read_section(reader: Reader, section: Section, read: Callable[[Reader], Section]) -> Section:
    try:
        return read(reader)
    except UnreadableWarehouseError as error:
        log.warning("The section %s cannot be read: %s", section.heading, error.__cause__ or error)
        return section.unreadable(str(error))


def _headline(last_runs: Section, broken: Section) -> tuple[str, bool | None]:
    """Return the headline, and whether all is well; None if no run has checked anything yet."""
    if last_runs.is_healthy is None or broken.problem:
        return "Nothing has been checked yet", None
    for section in (last_runs, broken):
        if section.is_healthy is False:
            return section.title, False
    return "Every reading that came in is accounted for", True
