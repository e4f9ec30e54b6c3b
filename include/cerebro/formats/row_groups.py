"""Row groups of Parquet objects that are too large to be in memory whole.

DuckDB fetches a row group of a remote object whole, before it reads it. Most writers make row groups of 128 MB at most,
some put a whole file into one.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

import duckdb

from include.cerebro.platform.errors import BadObjectError
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

log = logging.getLogger(__name__)

# Larger ones are read page by page: 1.2 GB in one row group took 0.2 GiB of memory and 165 s.
FETCHED_BYTES = 128 * 1024**2


def largest_row_group(duck: duckdb.DuckDBPyConnection, objects: Sequence[StoredObject], urls: Sequence[str]) -> int:
    """Return the bytes of the largest row group of the objects; 0 if none is larger than what is fetched whole."""
    # Footers of many small objects are not looked at.
    large = [url for stored, url in zip(objects, urls, strict=True) if stored.size_bytes > FETCHED_BYTES]
    if not large:
        return 0
    (size,) = duck.execute(read_sql("formats/largest_row_group.sql"), [large]).fetchall()[0]
    return int(size) if size > FETCHED_BYTES else 0


def read_page_by_page(duck: duckdb.DuckDBPyConnection, size_bytes: int) -> None:
    """Let the session fetch pages instead of row groups, until it ends."""
    log.warning("A row group has %.0f MB and is read page by page, which is slower", size_bytes / 1e6)
    duck.execute("set global disable_parquet_prefetching = true")


def too_large(stored: StoredObject, size_bytes: int) -> BadObjectError:
    """Return the error of an object whose row group does not fit into memory page by page either."""
    return BadObjectError(
        stored.key,
        f"a row group of {size_bytes / 1e6:.0f} MB is in pages that are too large for the memory of a load",
        f"Write it with row groups of at most {FETCHED_BYTES / 1e6:.0f} MB and deliver it again under the same key",
    )
