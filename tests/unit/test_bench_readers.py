"""Readers in loops: they run as long as the task, and their waits and failures are seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import MagicMock

import pytest

from bench.readers import waits_during


class Site:
    """A site whose warehouse answers at once, or once `free` is set."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.failure: Exception | None = None
        self.queries: set[str] = set()

    @property
    def warehouse(self) -> Site:
        return self

    @contextmanager
    def connect(self, _role: str) -> Iterator[MagicMock]:
        connection = MagicMock()
        connection.cursor().__enter__().execute = self.execute
        yield connection

    def execute(self, query: str) -> None:
        self.queries.add(query)
        self.free.wait()
        if self.failure:
            raise self.failure


@pytest.fixture
def site() -> Any:
    return Site()


def test_every_query_runs_until_the_task_ends(site: Any) -> None:
    waits = waits_during(lambda: time.sleep(0.2), site, {"fact": "select 1", "obt": "select 2"})
    assert site.queries == {"select 1", "select 2"}
    assert all(len(seconds) > 1 for seconds in (waits["fact"], waits["obt"]))


def test_a_reader_that_is_blocked_until_the_end_has_waited(site: Any) -> None:
    def block() -> None:
        site.free.clear()
        time.sleep(0.3)
        site.free.set()

    assert max(waits_during(block, site, {"fact": "select 1"})["fact"]) > 0.2


def test_a_readers_failure_is_raised(site: Any) -> None:
    site.failure = RuntimeError("relation does not exist")
    with pytest.raises(RuntimeError, match="does not exist"):
        waits_during(lambda: time.sleep(0.1), site, {"fact": "select 1"})


def test_the_tasks_failure_is_raised_and_the_readers_stop(site: Any) -> None:
    with pytest.raises(ZeroDivisionError):
        waits_during(lambda: 1 / 0, site, {"fact": "select 1"})
