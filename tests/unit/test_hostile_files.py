"""Hostile files at random: whatever arrives, no exception but the object's own escapes, and every record is counted.

The readers run without services against the plain calculation: they accept, reject and count the same.
"""

from __future__ import annotations

import io

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from include.cerebro.loading.parsing import parse
from include.cerebro.platform.errors import BadObjectError
from tests.hostile.texts import hero_files, mission_files, spelled
from tests.oracle.landing import BrokenObjectError, read_object

# A fixed seed: what passes today passes tomorrow.
STEADY = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=300,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


def check(dataset: str, body: bytes) -> None:
    try:
        expected = read_object(dataset, body)
    except BrokenObjectError:
        expected = None
    try:
        with parse(dataset, "key", io.BytesIO(body)) as parsed:
            totals, reasons, not_understood = parsed.totals, dict(parsed.rejected.reasons), parsed.not_understood
            parsed.lines.seek(0)
            assert sum(1 for _ in parsed.lines) == totals.rows_loaded
    except BadObjectError:
        totals = None
    if totals is None or expected is None:
        assert totals is expected
        return
    assert totals == (len(expected.accepted), expected.rejected.total())
    assert sum(totals) == expected.rows_in
    assert (reasons, not_understood) == (expected.rejected, expected.not_understood)


@STEADY
@given(mission_files())
def test_missions(body: bytes) -> None:
    check("missions", body)


@STEADY
@given(hero_files())
def test_heroes(body: bytes) -> None:
    check("heroes", body)


@STEADY
@given(st.binary(max_size=200), spelled("heroes", "missions"))
def test_any_bytes(body: bytes, dataset: str) -> None:
    try:
        with parse(dataset, "key", io.BytesIO(body)):
            pass
    except BadObjectError as error:
        message = str(error)
    else:
        message = ""
    assert "\0" not in message
