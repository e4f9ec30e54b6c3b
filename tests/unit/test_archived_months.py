"""Which months of the archive the Params of cerebro_reprocess bring back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from include.cerebro.maintenance.reprocess.archived import first_month
from include.cerebro.maintenance.reprocess.choice import ChoiceInvalidError
from include.cerebro.platform.settings import Settings

NOW = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first_day", "terms", "expected"),
    [
        (None, {}, None),
        (None, {"keep_minutes_months": 12}, datetime(2025, 3, 1, tzinfo=UTC)),
        ("2024-07-14", {}, datetime(2024, 7, 1, tzinfo=UTC)),
        ("2025-03-31", {"keep_minutes_months": 12}, datetime(2025, 3, 1, tzinfo=UTC)),
    ],
)
def test_months_come_back_that_the_terms_keep(
    first_day: str | None, terms: dict[str, int], expected: datetime | None
) -> None:
    assert first_month({"first_day": first_day}, Settings(**terms), NOW) == expected


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"keep_minutes_months": 12}, r"CEREBRO_KEEP_MINUTES_MONTHS=12 keeps.* at least 20 .*first: CEREBRO_KEEP_MIN"),
        ({"keep_minutes_months": 24, "keep_marts_months": 6}, r"July 2024 .*MARTS_MONTHS=6 .* at least 20"),
        ({"keep_minutes_months": 12, "keep_marts_months": 6}, r"MINUTES_MONTHS=12 and CEREBRO_KEEP_MARTS_MONTHS=6"),
    ],
)
def test_terms_that_would_hide_a_month_are_named(terms: dict[str, int], message: str) -> None:
    with pytest.raises(ChoiceInvalidError, match=message):
        first_month({"first_day": "2024-07-14"}, Settings(**terms), NOW)


@pytest.mark.parametrize("chosen", [{"landing_zone": "cerebro"}, {"dataset": "heroes"}, {"last_day": "2024-07-14"}])
def test_objects_cannot_be_chosen(chosen: dict[str, Any]) -> None:
    with pytest.raises(ChoiceInvalidError, match=next(iter(chosen))):
        first_month({"dataset": "all", "landing_zone": ""} | chosen, Settings(), NOW)
