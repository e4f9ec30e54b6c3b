"""The tasks that write the sample landing zone."""

from __future__ import annotations

from dataclasses import asdict
from typing import Literal

from airflow.sdk import get_current_context, task

from include.cerebro.landing.assets import LANDING_ZONE
from include.cerebro.platform.connections import landing_bucket, sample_data_store
from include.cerebro.platform.names import DEFAULT_LANDING_ZONE
from include.cerebro.platform.settings import read_settings
from include.cerebro.zones.landing_zones import read_landing_zones


@task
def write(dataset: Literal["heroes", "missions", "biometrics"]) -> dict[str, float]:
    """Write all objects of one dataset; return how much was written."""
    # Imported here: reading a DAG file must not load DuckDB.
    from include.cerebro.sample_data.writer import SampleSize, write_sample

    size = SampleSize(**get_current_context()["params"])
    settings = read_settings()
    zones = read_landing_zones(settings, landing_bucket())
    # The sample belongs to the default landing zone, where a deployment has one.
    zone = next((zone for zone in zones if zone.name == DEFAULT_LANDING_ZONE), zones[0])
    return asdict(write_sample(sample_data_store(), zone.place, dataset, size, settings))


@task(task_display_name="Announce the objects", outlets=[LANDING_ZONE])
def announce(heroes: dict[str, float], missions: dict[str, float], biometrics: dict[str, float]) -> None:
    """Log what was written, and trigger whatever waits for the landing zone."""
    from include.cerebro.sample_data.writer import log_total

    log_total(heroes=heroes, missions=missions, biometrics=biometrics)
