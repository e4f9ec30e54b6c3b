"""The assets that start runs: the landing zones, which watchers update when objects arrive, and the backlog."""

from __future__ import annotations

import logging

from airflow.sdk import Asset, AssetWatcher

from include.cerebro.landing.arrival_trigger import ArrivalTrigger
from include.cerebro.landing.queue_trigger import QueueTrigger
from include.cerebro.platform.names import DEFAULT_LANDING_BUCKET
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import LandingZonesInvalidError, read_landing_zones

log = logging.getLogger(__name__)


def _watchers() -> list[AssetWatcher]:
    settings = read_settings()
    if settings.arrival_queue:
        queue = QueueTrigger(settings.arrival_queue, settings.arrival_queue_connection)
        return [AssetWatcher(name="cerebro_notifications", trigger=queue)]
    if not settings.arrival_seconds:
        return []
    try:
        # The buckets do not matter here: reading the variable that names one would be a request at each parsing.
        zones = read_landing_zones(settings, DEFAULT_LANDING_BUCKET)
    except LandingZonesInvalidError as error:
        # The run says so, and is red.
        log.error("No landing zone is watched: %s", error)  # noqa: TRY400 - the message says all
        return []
    return [
        AssetWatcher(name=f"cerebro_arrivals_{zone.name}", trigger=ArrivalTrigger(zone.name, settings.arrival_seconds))
        for zone in zones
    ]


LANDING_ZONE = Asset(name="cerebro_landing_zone", uri=f"s3://{DEFAULT_LANDING_BUCKET}", watchers=_watchers())

# Updated by a run that leaves new objects to the next one.
BACKLOG = Asset(name="cerebro_backlog")
