"""A pipeline: works on the next items while the caller commits the last one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def pipeline(
    items: Sequence[Item], work: Callable[[Item], Result], interrupt: Callable[[], None], workers: int = 1
) -> Generator[tuple[Item, Future[Result]], None, None]:
    """Yield every item, in order, with the finished future of ``work(item)``, while the next items are worked on.

    Args:
        items: the items, in order.
        work: the function to run on each item, in a thread.
        interrupt: makes running work end soon; called when the generator is closed early, which then waits for it.
        workers: threads, and how many items are worked on ahead of the caller.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="pipeline") as pool:
        upcoming = deque(pool.submit(work, item) for item in items[:workers])
        try:
            for number, item in enumerate(items):
                finished = upcoming.popleft()
                wait([finished])
                following = number + workers
                upcoming.extend(pool.submit(work, later) for later in items[following : following + 1])
                yield item, finished
        except BaseException:
            interrupt()
            raise
