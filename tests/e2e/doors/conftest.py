"""A stack that sees no arrivals, whose rules change with a file, and whose terms end amid the data of the tests."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from testing.services import running, settings_apart
from tests.e2e.scheduler import Scheduler, ready


class Doors(NamedTuple):
    """A stack.

    Attributes:
        values: what ``testing.services.running`` yields.
        scheduler: its API.
        zones_file: its landing zones.
        horizon: what is older leaves.
    """

    values: dict[str, str]
    scheduler: Scheduler
    zones_file: Path
    horizon: datetime


@pytest.fixture(scope="package")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    """The stack."""
    folder = tmp_path_factory.mktemp("doors")
    zones_file, now, horizon = folder / "landing_zones.yaml", datetime.now(UTC), datetime(2025, 3, 1, tzinfo=UTC)
    zones_file.write_text("landing_zones: [{name: cerebro}]\n", encoding="utf-8")
    months = str(12 * (now.year - horizon.year) + now.month - horizon.month)
    product = {
        "CEREBRO_ARRIVAL_SECONDS": "0",
        "CEREBRO_LANDING_ZONES": str(zones_file),
        "CEREBRO_KEEP_MARTS_MONTHS": months,
        "CEREBRO_KEEP_MINUTES_MONTHS": months,
    }
    with running(settings_apart(folder / "stack"), airflow=True, product=product) as values:
        yield Doors(values, ready(values), zones_file, horizon)
