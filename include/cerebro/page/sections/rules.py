"""Which rules judged what is in force: those of today, or older ones; and the way to load it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from include.cerebro.page.actions import Action, reprocess_older
from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import TRY_IT, count
from include.cerebro.page.reader import Reader, Row
from include.cerebro.platform.names import DEFAULT_LANDING_BUCKET
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import LandingZonesInvalidError, read_landing_zones
from include.cerebro.zones.rules_version import rules_version

# As many as a person looks through; operations.rules_versions has all of them.
VERSIONS = 50

SECTION = Section(
    "rules",
    "Rules",
    "Which rules judged what is in force. A change of the rules holds for new objects; older loads stay as they are "
    "until somebody reprocesses them.",
)


def read(reader: Reader, current: Mapping[str, str] | None = None) -> Section:
    """List the versions of the rules by landing zone and dataset.

    Args:
        reader: reads the warehouse.
        current: today's version by landing zone; none means that of the landing zones' file.
    """
    rows = reader.rows("rules_versions", limit=VERSIONS)
    if not rows:
        return replace(SECTION, title="Nothing has been loaded yet", empty=TRY_IT)
    today = _today() if current is None else current
    shown = [row | {"verdict": _verdict(row["rules_version"], today.get(row["landing_zone"]))} for row in rows]
    older = sum(row["objects"] for row in shown if row["verdict"] == "no")
    title = "Today's rules judged everything that is in force"
    if older:
        title = f"Older rules judged {count(older, 'object')} in force"
    return replace(
        SECTION,
        title=title,
        table=Table.of(
            shown,
            "Versions of the rules",
            [
                Column.key("Landing zone", "landing_zone"),
                Column.text("Dataset", "dataset"),
                Column.key("Rules", "rules_version"),
                Column.text("Today's?", "verdict"),
                Column.number("Objects", "objects"),
                Column.number("Rows in force", "rows_loaded"),
                Column.number("Rejected rows", "rows_rejected"),
                Column.instant("Last load", "last_loaded_at"),
            ],
            is_open=True,
            actions=_actions,
        ),
        links=[("The runs of reprocessing", "../dags/cerebro_reprocess")],
        actions=(reprocess_older({}),) if older else (),
    )


def _actions(row: Row) -> list[Action]:
    if row["verdict"] != "no":
        return []
    return [reprocess_older({"landing_zone": row["landing_zone"], "dataset": row["dataset"]})]


def _today() -> dict[str, str]:
    """Return the version of today's rules by landing zone. The buckets do not matter to it."""
    try:
        zones = read_landing_zones(read_settings(), DEFAULT_LANDING_BUCKET)
    except LandingZonesInvalidError:
        return {}
    return {zone.name: rules_version(zone) for zone in zones}


def _verdict(version: str | None, today: str | None) -> str:
    if today is None:
        return "the landing zone is not configured"
    return "yes" if version == today else "no"
