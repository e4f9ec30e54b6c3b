"""The next item is worked on while the last one is put away, and no more than that."""

import threading
from contextlib import closing

from include.cerebro.loading.pipeline import pipeline


def test_the_next_item_is_under_way_while_one_is_put_away() -> None:
    begun = [threading.Event() for _ in range(3)]

    def work(item: int) -> int:
        begun[item].set()
        return item * 10

    with closing(pipeline([0, 1, 2], work, lambda: None)) as results:
        item, answer = next(results)
        assert (item, answer.result()) == (0, 0)
        assert begun[1].wait(5)
        assert not begun[2].wait(0.1), "only one item ahead: two would hold the memory of two more"
        assert [(item, answer.result()) for item, answer in results] == [(1, 10), (2, 20)]


def test_several_workers_are_that_many_items_ahead() -> None:
    begun = [threading.Event() for _ in range(4)]
    together = threading.Barrier(2)

    def work(item: int) -> int:
        begun[item].set()
        if item < 2:
            together.wait(5)
        return item * 10

    with closing(pipeline([0, 1, 2, 3], work, lambda: None, workers=2)) as results:
        item, answer = next(results)
        assert (item, answer.result()) == (0, 0)
        assert begun[2].wait(5)
        assert not begun[3].wait(0.1)
        assert [(item, answer.result()) for item, answer in results] == [(1, 10), (2, 20), (3, 30)]


def test_what_one_item_raised_stops_no_other() -> None:
    def work(item: int) -> int:
        return 10 // item

    raised, values = [], []
    for item, answer in pipeline([0, 5], work, lambda: None):
        if answer.exception():
            raised.append(item)
        else:
            values.append(answer.result())
    assert (raised, values) == ([0], [2])


def test_leaving_early_interrupts_what_is_under_way_and_waits_for_it() -> None:
    interrupted, ended = threading.Event(), threading.Event()

    def work(item: int) -> None:
        if item:
            assert interrupted.wait(5)
            ended.set()

    with closing(pipeline([0, 1], work, interrupted.set)) as results:
        next(results)
    assert ended.is_set()


def test_nothing_comes_of_nothing() -> None:
    assert list(pipeline([], str, lambda: None)) == []
