"""Row groups of Parquet objects that are too large to be in memory whole.

DuckDB fetches a row group of a remote object whole, before it reads it; that of a local file it reads page by page.
Most writers make row groups of 128 MB at most, some put a whole file into one.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

import duckdb
from botocore.exceptions import ClientError

from include.cerebro.platform.errors import BadObjectError
from include.cerebro.platform.object_store import StoredObject, download
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

# An object with a larger one is copied to the local disk first.
FETCHED_BYTES = 128 * 1024**2


def largest_row_group(duck: duckdb.DuckDBPyConnection, objects: Sequence[StoredObject], urls: Sequence[str]) -> int:
    """Return the bytes of the largest row group of the objects; 0 if none is larger than what is fetched whole."""
    # Footers of many small objects are not looked at.
    large = [url for stored, url in zip(objects, urls, strict=True) if stored.size_bytes > FETCHED_BYTES]
    if not large:
        return 0
    (size,) = duck.execute(read_sql("formats/largest_row_group.sql"), [large]).fetchall()[0]
    return int(size) if size > FETCHED_BYTES else 0


def local_copy(client: S3Client, bucket: str, stored: StoredObject) -> IO[bytes] | None:
    """Copy an object to the local disk; None if there is no room, or if the version that was listed is gone.

    Returns:
        The file, which is removed when it is closed.
    """
    free_bytes = shutil.disk_usage(tempfile.gettempdir()).free
    if free_bytes < 2 * stored.size_bytes:
        log.warning("%s: %.0f MB of disk are free in %s", stored.key, free_bytes / 1e6, tempfile.gettempdir())
        return None
    copy = tempfile.NamedTemporaryFile(prefix="cerebro-object-", suffix=".parquet")  # noqa: SIM115 - the caller's
    try:
        etag = download(client, bucket, stored.key, copy)
    except ClientError:
        etag = None  # DuckDB meets the same fault, which is judged then.
    copy.flush()
    if etag != stored.etag:
        copy.close()
        return None
    return copy


def read_page_by_page(duck: duckdb.DuckDBPyConnection) -> None:
    """Let the session fetch pages instead of row groups, until it ends.

    50 million readings (2.1 GB) in one row group took 151 s so, and 19 s with a local copy.
    """
    duck.execute("set global disable_parquet_prefetching = true")


def too_large(stored: StoredObject, size_bytes: int) -> BadObjectError:
    """Return the error of an object whose row group does not fit into memory page by page either."""
    return BadObjectError(
        stored.key,
        f"a row group of {size_bytes / 1e6:.0f} MB is in pages that are too large for the memory of a load",
        f"Write it with row groups of at most {FETCHED_BYTES / 1e6:.0f} MB and deliver it again under the same key",
    )
