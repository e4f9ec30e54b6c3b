"""Mission logs, of any number of missions, in the landing zone of a site."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime, timedelta

from include.cerebro.landing.discovery import discover
from include.cerebro.loading.records import RecordLoader
from testing.sites import Site

FIRST = datetime(2024, 1, 1, tzinfo=UTC)
HEROES, A_LOG = 100, 1_000


def deliver(site: Site, first: int, missions: int) -> None:
    """Put the missions from number ``first`` on there, in logs of 1,000 at most; one every 12 seconds."""
    for start in range(first, first + missions, A_LOG):
        numbers = range(start, min(start + A_LOG, first + missions))
        body = json.dumps([_mission(number) for number in numbers]).encode()
        site.client.put_object(Bucket=site.bucket, Key=f"mission_logs/{start:09}.json", Body=body)


def load(site: Site) -> int:
    """Load the missions that are new; return their number."""
    logging.getLogger("include").setLevel(logging.ERROR)
    found = discover([site.zone], lambda _: site.store, site.warehouse, site.settings, "bench")
    return sum(RecordLoader("missions", site.load_site).load(parcel.objects).rows_loaded for parcel in found.missions)


def _mission(number: int) -> dict[str, object]:
    """Return a mission: a third are high-risk, two thirds are successful."""
    return {
        "mission_id": f"mission_{number}",
        "hero_ids": [f"hero_{member % HEROES + 1:03}" for member in (number, number + 13)],
        "location": f"sector {number % 24}",
        "timestamp": (FIRST + timedelta(seconds=12 * number)).isoformat(),
        "outcome": "Failed" if number % 3 == 0 else "Successful",
        "damage_report": {"structural_damage": 20_000 if number % 3 == 1 else 500, "civilian_injuries": number % 24},
    }
