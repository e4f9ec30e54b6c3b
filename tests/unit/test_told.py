"""What a watcher's event says, and which events a run may go by."""

from typing import Any

import pytest

from include.cerebro.landing.told import Arrival, is_told


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (Arrival(objects=1, examples=["a"], is_told=True).model_dump(), True),
        # The warehouse could not hold the keys.
        (Arrival(objects=1, examples=["a"], is_told=False).model_dump(), False),
        # Of other senders, and of an earlier version.
        (None, False),
        ("a file!", False),
        ({"objects": 1, "keys": {"cerebro": ["a"]}}, False),
    ],
)
def test_a_run_goes_by_events_whose_keys_the_warehouse_has(payload: Any, told: bool) -> None:
    assert is_told(payload) is told
