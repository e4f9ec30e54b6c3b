"""The exponents of growth, and targets for them: figures of sections against sizes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from bench.measure import Sample
from bench.report import Target

# Size and figure, ascending by size.
Points = Sequence[tuple[float, float]]

# What is new may cost in proportion; the tenth is room for what a measurement varies.
LINEAR = 1.1
# What is there may cost nothing: at 50 times as much, n^0.1 are 1.5 times.
FLAT = 0.1


def exponents(points: Points) -> tuple[float, float]:
    """Return the exponents of growth from the first point to the last, and from the last but one to the last."""

    def exponent(start: tuple[float, float], end: tuple[float, float]) -> float:
        return math.log(end[1] / start[1]) / math.log(end[0] / start[0])

    return exponent(points[0], points[-1]), exponent(points[-2], points[-1])


def at_most_linear(claim: str, points: Points) -> Target:
    """Return a target that holds if the figure grows at most in proportion to the size, in the last step."""
    return _target(f"{claim}: growth in the last step", exponents(points)[1], LINEAR)


def at_most_flat(claim: str, points: Points) -> Target:
    """Return a target that holds if the figure does not grow with the size, from the first one to the last."""
    return _target(f"{claim}: growth", exponents(points)[0], FLAT)


def _target(claim: str, exponent: float, limit: float) -> Target:
    return Target(claim, f"n^{exponent:.2f}", f"at most n^{limit:g}", exponent <= limit)


def cpu_points(samples: Mapping[int, Sample]) -> Points:
    """Return the processor seconds, those of the services included, by size.

    The wall time of few seconds says less: another process of the machine may have taken them.
    """
    return sorted(
        (size, sample.median("cpu_s") + sample.median("services_cpu_s")) for size, sample in samples.items()
    )  # fmt: skip
