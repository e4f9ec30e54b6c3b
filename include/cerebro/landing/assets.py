"""The landing zone's Airflow asset, and the watcher that updates it when objects arrive."""

from __future__ import annotations

from airflow.sdk import Asset, AssetWatcher

from include.cerebro.landing.arrival_trigger import ArrivalTrigger
from include.cerebro.platform.names import DEFAULT_LANDING_BUCKET
from include.cerebro.platform.settings import read_settings


def _watchers() -> list[AssetWatcher]:
    interval = read_settings().arrival_seconds
    return [AssetWatcher(name="cerebro_arrivals", trigger=ArrivalTrigger(interval))] if interval else []


LANDING_ZONE = Asset(name="cerebro_landing_zone", uri=f"s3://{DEFAULT_LANDING_BUCKET}", watchers=_watchers())
