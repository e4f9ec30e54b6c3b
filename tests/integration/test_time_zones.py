"""A warehouse whose database is in another time zone than UTC, over both changes of its clocks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.helpers import Site, make_site, parquet
from tests.oracle import calculate
from tests.oracle.warehouse import differences

# The clocks of Europe/Berlin change on 30 March and on 26 October 2025, each at 01:00 UTC.
DAYS = [
    datetime(2025, month, day, tzinfo=UTC) for month, day in ((3, 29), (3, 30), (3, 31), (10, 25), (10, 26), (10, 27))
]


@pytest.fixture
def berlin(services: dict[str, str]) -> Iterator[Site]:
    site = make_site(services)
    with site.superuser() as cursor:
        cursor.execute(f"alter database {site.warehouse.database} set timezone to 'Europe/Berlin'")
    yield site
    site.drop()


def readings(day: datetime, heart_rate: float) -> bytes:
    """A reading every half an hour of the day."""
    moments = [day + timedelta(minutes=30 * number) for number in range(48)]
    return parquet([(moment, "hulk", heart_rate, 50.0, 50.0) for moment in moments])


def mission(day: datetime, hour: int) -> dict[str, Any]:
    at = day + timedelta(hours=hour)
    return {"mission_id": at.isoformat(), "timestamp": at.isoformat(), "hero_ids": ["hulk", "loki"]}


def test_no_hour_is_lost_or_counted_twice_where_the_clocks_change(berlin: Site) -> None:
    """Steps of `interval '1 day'` lost 30 March from 23:00 to 24:00 UTC, and doubled an hour of October (W5)."""
    for day in DAYS:
        berlin.put(f"biometrics/{day:%Y-%m-%d}.parquet", readings(day, 80.0))
    missions = [mission(day, hour) for day in DAYS for hour in range(24)]
    berlin.put("mission_logs.json", json.dumps(missions).encode())
    berlin.restore()
    assert differences(calculate(berlin.contents()), berlin.warehouse_uri) == []

    # Incrementally: each day is corrected.
    for day in DAYS:
        berlin.put(f"biometrics/{day:%Y-%m-%d}.parquet", readings(day, 90.0))
    berlin.restore()
    assert differences(calculate(berlin.contents()), berlin.warehouse_uri) == []

    # The snapshot's times have no zone of their own.
    query = "select now() at time zone 'UTC' - max(valid_from) from snapshots.heroes_history"
    ((age,),) = berlin.rows(query)
    assert timedelta(0) < age < timedelta(minutes=10)
