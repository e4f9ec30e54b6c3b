"""The landing zone's Airflow asset, and the watcher that updates it when objects arrive."""

from __future__ import annotations

from airflow.sdk import Asset, AssetWatcher

from include.cerebro.landing.arrival_trigger import ArrivalTrigger
from include.cerebro.platform.names import DEFAULT_LANDING_BUCKET, MINIO_CONN_ID
from include.cerebro.platform.settings import read_settings


def _watchers() -> list[AssetWatcher]:
    settings = read_settings()
    if settings.arrival_queue:
        # Imported here: 0.4 s of each reading of a DAG file.
        from airflow.providers.amazon.aws.triggers.sqs import SqsSensorTrigger

        queue = SqsSensorTrigger(
            settings.arrival_queue, aws_conn_id=MINIO_CONN_ID, max_messages=10, wait_time_seconds=20, waiter_delay=1
        )
        return [AssetWatcher(name="cerebro_notifications", trigger=queue)]
    if settings.arrival_seconds:
        return [AssetWatcher(name="cerebro_arrivals", trigger=ArrivalTrigger(settings.arrival_seconds))]
    return []


LANDING_ZONE = Asset(name="cerebro_landing_zone", uri=f"s3://{DEFAULT_LANDING_BUCKET}", watchers=_watchers())
