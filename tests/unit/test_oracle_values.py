"""The oracle's reading of single values, on cases calculated by hand; forms of text: tests/corpus/values.toml."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.oracle.values import DEFAULT, Rules, instant, measure, minute_of, number, text

NOON = datetime(2025, 1, 1, 12, tzinfo=UTC)


def test_nanoseconds_are_cut_and_minutes_begin_at_their_start() -> None:
    assert minute_of(instant("2025-01-01T12:00:59.999999999Z") or NOON) == NOON
    assert minute_of(instant("1969-12-31T23:59:59.5Z") or NOON) == datetime(1969, 12, 31, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, 1735689600, True])
def test_no_instant(value: object) -> None:
    assert instant(value) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [(72, 72.0), (72.5, 72.5), (Decimal("72.5"), 72.5), (True, None), (None, None), (10**400, None), ([], None)],
)
def test_numbers(value: object, expected: float | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("heart_rate", 0, 0.0), ("heart_rate", 300, 300.0), ("heart_rate", 300.1, None), ("heart_rate", -0.1, None),
        ("heart_rate", "nan", None), ("stress_level", 1e9, 1e9), ("energy_output", 1.1e9, None),
        ("energy_output", 1e-310, None), ("energy_output", -0.0, 0.0),
    ],
)  # fmt: skip
def test_measures(name: str, value: object, expected: float | None) -> None:
    assert measure(name, value) == expected


def test_no_reading() -> None:
    assert measure("heart_rate", 255, Rules(no_reading={"heart_rate": (255.0,)})) is None
    assert measure("heart_rate", 255, DEFAULT) == 255


def test_text_is_trimmed() -> None:
    assert text(" \u00a0x\u200b\t") == "x"
    assert text(" \u3000") is None
