"""A stack for random operations, whose landing zone is in moto, which keeps the condition of a write (If-Match)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import pytest

from include.cerebro.platform.object_store import ObjectStore
from testing.services import running, settings_apart
from testing.sites import object_store
from tests.e2e.scheduler import Scheduler, ready
from tests.integration import s3_servers


@dataclass
class Doors:
    """A stack that sees no arrivals, that rewrites landing zones after an erasure, and whose terms end amid the data.

    Attributes:
        values: what ``testing.services.running`` yields.
        scheduler: its API.
        store: where its landing zone is.
        overlap: what becomes of readings that another object delivers again.
        horizon: readings before it leave. What is superseded or rejected leaves ten years after its load.
        zones_file: where its landing zone is described.
    """

    values: dict[str, str]
    scheduler: Scheduler
    store: ObjectStore
    overlap: Literal["count", "reject"]
    horizon: datetime
    zones_file: Path

    def write_zone(self, **rules: Any) -> None:
        """Describe the landing zone with these rules."""
        zone = {"name": "cerebro", "connection": "moto", "overlap": self.overlap, "rules": rules}
        # JSON is YAML.
        self.zones_file.write_text(json.dumps({"landing_zones": [zone]}), encoding="utf-8")


@pytest.fixture(params=["count", "reject"])
def doors(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Doors]:
    """The stack, for one sequence alone."""
    now, horizon = datetime.now(UTC), datetime(2025, 3, 1, tzinfo=UTC)
    months = str(12 * (now.year - horizon.year) + now.month - horizon.month)
    with s3_servers.moto() as address:
        store = object_store(s3_servers.moto_environment(address))
        zones_file = tmp_path / "landing_zones.yaml"
        product = {
            "CEREBRO_ARRIVAL_SECONDS": "0",
            "CEREBRO_ERASE_LANDING": "true",
            "CEREBRO_LANDING_ZONES": str(zones_file),
            "CEREBRO_KEEP_MARTS_MONTHS": months,
            "CEREBRO_KEEP_MINUTES_MONTHS": months,
            "CEREBRO_KEEP_SUPERSEDED_MONTHS": "120",
            "CEREBRO_KEEP_QUARANTINE_MONTHS": "120",
        }
        zones_file.write_text('{"landing_zones": [{"name": "cerebro"}]}', encoding="utf-8")
        with running(settings_apart(tmp_path / "stack"), airflow=True, product=product) as values:
            scheduler = ready(values)
            keys = {"login": store.access_key_id, "password": store.secret_access_key}
            scheduler.connect("moto", "aws", **keys, extra=json.dumps({"endpoint_url": address}))
            made = Doors(values, scheduler, store, request.param, horizon, zones_file)
            made.write_zone()
            store.client().create_bucket(Bucket="cerebro-data")
            yield made
