"""The macros many_plausible and few_plausible: both let through what the rule does, and nothing else."""

import math
from datetime import UTC, datetime
from itertools import pairwise

import duckdb
import pytest

from include.cerebro.formats.readings import set_rules
from include.cerebro.formats.rules import DEFAULT_RULES, PLAUSIBLE, FormatRules
from include.cerebro.formats.values import SMALLEST_NORMAL

RANGES = [
    (0.0, 300.0),
    (0.0, 1e9),
    (30.0, 220.0),
    (-5.0, 5.0),
    (-10.0, -1.0),
    (1e9, 1e9 + 1),
    (1.34, 255.57),  # 1.34 - 2e-16 is as far from the middle as 1.34 is, rounded.
    (0.1, 0.1 + 1e-15),
    (7.0, 7.0),
    (0.0, 1e-300),
    (0.0, math.inf),
    (-math.inf, math.inf),
]


def judge(duck: duckdb.DuckDBPyConnection, values: str, text: str) -> bool:
    [(value,)] = duck.execute(
        f"""
        select {values}_plausible(
            cast(? as double),
            getvariable('heart_rate_middle'), getvariable('heart_rate_reach'),
            getvariable('heart_rate_lowest'), getvariable('heart_rate_highest')
        )
        """,
        [text],
    ).fetchall()
    assert value is None or value == float(text)
    return value is not None


@pytest.mark.parametrize("values", ["many", "few"])
@pytest.mark.parametrize("bounds", RANGES, ids=str)
def test_the_range_is_exact(bounds: tuple[float, float], values: str) -> None:
    lowest, highest = bounds
    edges = [lowest, highest, 0.0, SMALLEST_NORMAL, -SMALLEST_NORMAL]
    beside = [math.nextafter(edge, way) for edge in edges for way in (-math.inf, math.inf)]
    finite = sorted({edge for edge in (*edges, *beside) if math.isfinite(edge)})
    measures = [*finite, *((a + b) / 2 for a, b in pairwise(finite)), -5e-324, 1e301, -1e301, math.inf, -math.inf]
    with duckdb.connect() as duck:
        set_rules(duck, FormatRules(plausible=PLAUSIBLE | {"heart_rate": bounds}), datetime.now(UTC))
        for value in measures:
            expected = lowest <= value <= highest and (value == 0 or abs(value) >= SMALLEST_NORMAL)
            assert judge(duck, values, repr(value)) == expected, value


@pytest.mark.parametrize("values", ["many", "few"])
def test_not_a_number_of_either_sign_is_impossible(values: str) -> None:
    with duckdb.connect() as duck:
        set_rules(duck, DEFAULT_RULES, datetime.now(UTC))
        assert not judge(duck, values, "nan")
        assert not judge(duck, values, "-nan")
