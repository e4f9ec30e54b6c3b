"""The next item is worked on while the result of the last one is committed, and no more than that."""

import threading
from contextlib import closing

from include.cerebro.loading.pipeline import pipeline


def test_the_next_item_runs_while_the_last_result_is_committed() -> None:
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


def test_as_many_items_are_prefetched_as_there_are_workers() -> None:
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


def test_an_error_of_one_item_stops_no_other() -> None:
    def work(item: int) -> int:
        return 10 // item

    raised, values = [], []
    for item, answer in pipeline([0, 5], work, lambda: None):
        if answer.exception():
            raised.append(item)
        else:
            values.append(answer.result())
    assert (raised, values) == ([0], [2])


def test_leaving_early_interrupts_running_work_and_waits_for_its_end() -> None:
    interrupted, ended = threading.Event(), threading.Event()

    def work(item: int) -> None:
        if item:
            assert interrupted.wait(5)
            ended.set()

    with closing(pipeline([0, 1], work, interrupted.set)) as results:
        next(results)
    assert ended.is_set()


def test_no_items_give_no_results() -> None:
    assert list(pipeline([], str, lambda: None)) == []
