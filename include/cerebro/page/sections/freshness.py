"""Freshness: how new the newest record of each dataset is, and when it was loaded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from include.cerebro.page.components import Column, Section, Table
from include.cerebro.page.formatting import TRY_IT, ago
from include.cerebro.page.reader import Reader

SECTION = Section("freshness", "Freshness", "The newest record of each dataset, and when it was loaded.")


def read(reader: Reader, now: datetime) -> Section:
    """Show the freshness of each dataset at the instant ``now``."""
    rows = reader.rows("freshness")
    if not rows:
        return replace(SECTION, title="Nothing has been loaded yet", empty=TRY_IT)
    last_minute = max((hero["last_minute"] for hero in reader.heroes), default=None)
    rows = [row | {"newest_at": last_minute} if row["dataset"] == "biometrics" else row for row in rows]
    return replace(
        SECTION,
        title=f"The last object was loaded {ago(max(row['loaded_at'] for row in rows), now)}",
        table=Table.of(
            rows,
            "Freshness by dataset",
            [
                Column.text("Dataset", "dataset"),
                Column.instant("Newest record", "newest_at"),
                Column.instant("Last loaded", "loaded_at"),
                Column.number("Current objects", "objects"),
            ],
            is_open=True,
        ),
    )
