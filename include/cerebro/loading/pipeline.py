"""Work on the next things while the last one is put away."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def look_ahead(
    items: Sequence[Item], work: Callable[[Item], Answer], interrupt: Callable[[], None], workers: int = 1
) -> Generator[tuple[Item, Future[Answer]], None, None]:
    """Yield every item, in order, with the finished future of ``work(item)``, and go on with the next items meanwhile.

    ``work`` runs in so many threads of its own, an item in each, that many ahead. When the generator is closed early,
    ``interrupt`` is called, to make work that is under way end soon, and that is waited for.
    """
    with ThreadPoolExecutor(workers, thread_name_prefix="look-ahead") as pool:
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
