"""The terms of the retention, and the horizons that they mean."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from include.cerebro.maintenance.retention.terms import Terms, horizon
from include.cerebro.platform.settings import SettingInvalidError, Settings

NOW = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (0, None),
        (1, datetime(2026, 2, 1, tzinfo=UTC)),
        (3, datetime(2025, 12, 1, tzinfo=UTC)),
        (12, datetime(2025, 3, 1, tzinfo=UTC)),
        (1_000_000, None),
    ],
)
def test_a_horizon_is_the_start_of_a_month(months: int, expected: datetime | None) -> None:
    assert horizon(months, NOW) == expected


def test_months_are_those_of_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert horizon(1, datetime(2026, 4, 1, 8, 0, tzinfo=tokyo)) == datetime(2026, 2, 1, tzinfo=UTC)


def test_everything_is_kept_by_default() -> None:
    assert not any(Terms.of(Settings()))
    assert Terms.of(Settings()).horizons(NOW) == (None, None, None, None)


def test_the_marts_follow_the_minutes() -> None:
    assert Terms.of(Settings(keep_minutes_months=24)).marts == 24
    assert Terms.of(Settings(keep_marts_months=12)) == Terms(marts=12)
    assert Terms.of(Settings(keep_minutes_months=24, keep_marts_months=12)) == Terms(marts=12, minutes=24)
    with pytest.raises(SettingInvalidError, match="CEREBRO_KEEP_MARTS_MONTHS=25 is more"):
        Terms.of(Settings(keep_minutes_months=24, keep_marts_months=25))
