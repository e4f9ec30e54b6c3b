"""What the event of an arrival says, and when a run may go by it alone."""

from typing import Any

import pytest

from include.cerebro.landing.told import MOST_KEYS, arrival, told_keys


def test_keys_of_several_arrivals_are_each_told_once() -> None:
    first = arrival({"cerebro": ["b", "a"], "watches": ["w"]}).model_dump()
    second = arrival({"cerebro": ["b", "c"]}).model_dump()
    assert told_keys([first, second]) == {"cerebro": ["a", "b", "c"], "watches": ["w"]}


@pytest.mark.parametrize(
    "payloads",
    [
        [],
        # A trigger that has just started does not know what is new; a run that leaves a backlog knows no keys.
        [arrival({}).model_dump()],
        [arrival({"cerebro": ["a"]}).model_dump(), None],
        [arrival({"cerebro": ["a"]}, unnamed=1).model_dump()],
        [arrival({"cerebro": [str(number) for number in range(MOST_KEYS + 1)]}).model_dump()],
        [arrival({"cerebro": [f"{event}{number}" for number in range(60)]}).model_dump() for event in "ab"],
        [{"objects": 1, "keys": ["a"]}],
        ["a file!"],
    ],
)
def test_without_all_keys_the_landing_zones_are_listed(payloads: list[Any]) -> None:
    assert told_keys(payloads) is None


def test_an_event_stays_small() -> None:
    event = arrival({zone: [f"{zone}/{number}" for number in range(MOST_KEYS)] for zone in "ab"})
    assert event.objects == 2 * MOST_KEYS
    assert sum(map(len, event.keys.values())) == MOST_KEYS
