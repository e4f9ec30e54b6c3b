"""The oracle's reading of single values, on cases calculated by hand."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.oracle.values import heart_rate, instant, minute_of, number, number_not_below_zero, text

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2025-01-01T12:00:00Z",
        "2025-01-01T12:00",
        "2025-01-01 12:00:00",
        "2025-01-01T14:00:00+02:00",
        "2025-01-01T14:00:00+0200",
        "2025-01-01 12:00:00+00",
        "2025-01-01T07:00:00.000000-05:00",
        "2025-01-01T17:30:00+05:30",
        " 2025-01-01T12:00:00Z\n",
    ],
)
def test_one_instant_in_many_ways(written: str) -> None:
    assert instant(written) == NOON


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "2025-13-01T00:00:00Z",
        "2025-02-29",
        "infinity",
        "10000-01-01T00:00:00Z",
        None,
        1735689600,
    ],
)
def test_no_instant(written: object) -> None:
    assert instant(written) is None


def test_an_offset_cannot_lead_beyond_the_years_1_and_9999() -> None:
    assert instant("0001-01-01T00:00:00+01:00") is None
    assert instant("9999-12-31T23:00:00-02:00") is None


def test_nanoseconds_are_cut_and_minutes_begin_at_their_start() -> None:
    assert minute_of(instant("2025-01-01T12:00:59.999999999Z")) == NOON
    assert minute_of(instant("1969-12-31T23:59:59.5Z")) == datetime(1969, 12, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (72, 72.0),
        (72.5, 72.5),
        (Decimal("72.5"), 72.5),
        (" 72.5 ", 72.5),
        ("1e3", 1000.0),
        ("-5", -5.0),
        ("n/a", None),
        ("", None),
        ("0x1F", None),
        ("nan", None),
        (float("nan"), None),
        (float("inf"), None),
        ("1e999", None),
        (10**400, None),
        (True, None),
        (None, None),
    ],
)
def test_number(value: object, expected: float | None) -> None:
    assert number(value) == expected


def test_ranges_include_their_ends() -> None:
    assert [heart_rate(value) for value in (-0.1, 0, 300, 300.1)] == [None, 0, 300, None]
    assert [number_not_below_zero(value) for value in (-1, 0, 1e9)] == [None, 0, 1e9]


def test_text_loses_blanks_around_it() -> None:
    assert [text(value) for value in ("\t Hulk \r\n", " \t", "", None, 7)] == ["Hulk", None, None, None, "7"]
