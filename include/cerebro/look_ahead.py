"""Work on the next thing while the last one is put away."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")


def look_ahead(
    items: Sequence[Item], work: Callable[[Item], Answer], interrupt: Callable[[], None]
) -> Generator[tuple[Item, Future[Answer]], None, None]:
    """Yield every item, in order, with the finished future of ``work(item)``, and go on with the next item meanwhile.

    ``work`` runs in a thread of its own, one item at a time and one ahead. When the generator is closed early,
    ``interrupt`` is called, to make work that is under way end soon, and that is waited for.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="look-ahead") as worker:
        upcoming = [worker.submit(work, item) for item in items[:1]]
        try:
            for number, item in enumerate(items):
                finished = upcoming.pop()
                wait([finished])
                upcoming = [worker.submit(work, following) for following in items[number + 1 : number + 2]]
                yield item, finished
        except BaseException:
            interrupt()
            raise
