"""Readers that query the built tables by key in loops while something else runs, and measure how long they wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from include.cerebro.platform.names import ANALYST_ROLE
from testing.sites import Site

# Between two queries of one reader, so that readers do not take the processor from what they watch.
PAUSE_SECONDS = 0.01


def waits_during(task: Callable[[], object], site: Site, queries: Mapping[str, str]) -> dict[str, list[float]]:
    """Run each query again and again as an analyst, in threads of their own, until the task has ended.

    Args:
        task: what runs beside the readers.
        site: its warehouse is read.
        queries: SQL by name.

    Returns:
        By name, the seconds from each query to its last row, in their order. Connecting is not counted.

    Raises:
        psycopg2.Error: a query failed.
    """
    done = threading.Event()
    with ThreadPoolExecutor(len(queries)) as pool:
        readers = {name: pool.submit(_read, site, query, done) for name, query in queries.items()}
        try:
            task()
        finally:
            done.set()
    return {name: reader.result() for name, reader in readers.items()}


def _read(site: Site, query: str, done: threading.Event) -> list[float]:
    """Query in a loop, one transaction each, and return the seconds of each query."""
    seconds = []
    with site.warehouse.connect(ANALYST_ROLE) as connection, connection.cursor() as cursor:
        while not done.wait(PAUSE_SECONDS):
            started = time.perf_counter()
            cursor.execute(query)
            cursor.fetchall()
            connection.commit()
            seconds.append(time.perf_counter() - started)
    return seconds
