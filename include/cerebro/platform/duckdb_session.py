"""One place that opens DuckDB: limits, time zone, extensions from installed wheels, how it reads S3."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import duckdb

from include.cerebro.platform import settings
from include.cerebro.platform.errors import first_line
from include.cerebro.platform.object_store import ObjectStore

# The wheels that carry DuckDB's extensions.
HTTPFS = "duckdb_extension_httpfs"
POSTGRES_SCANNER = "duckdb_extension_postgres_scanner"


class ExtensionMissingError(RuntimeError):
    """A DuckDB extension is not installed for this version of DuckDB."""


def extension_path(package: str) -> Path:
    """Return the extension's file inside the installed wheel ``package``.

    Raises ExtensionMissingError if the wheel is missing or made for another version of DuckDB.
    """
    spec = find_spec(package)
    roots = list(spec.submodule_search_locations or ()) if spec else []
    for root in roots:
        for path in Path(root).glob(f"extensions/v{duckdb.__version__}/*.duckdb_extension"):
            return path
    wheel = package.replace("_", "-")
    raise ExtensionMissingError(
        f"DuckDB {duckdb.__version__} finds no extension in the package {wheel}. "
        f"Install the same version: pip install {wheel}=={duckdb.__version__}"
    )


def load_extension(connection: duckdb.DuckDBPyConnection, package: str) -> None:
    """Load the extension from its wheel, or do nothing if the session has it.

    DuckDB verifies its signature, which takes 0.05 s for httpfs and 0.1 s for postgres_scanner: load it when it is
    needed. Raises ExtensionMissingError.
    """
    connection.load_extension(str(extension_path(package)))


@contextmanager
def duckdb_session(
    store: ObjectStore | None = None, *, whole_objects: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB, ready to read ``s3://`` from ``store``, and close it again.

    An object is read in the ranges that a query needs, and a query runs in several threads. With ``whole_objects`` an
    object is fetched whole when it is first read, and kept as far as the memory limit allows (see ``prefetch``); then a
    query runs in one thread.

    Nothing is downloaded: extensions come from their wheels. Spilled data goes to a folder of the session's own, which
    is removed with it. Instants without a zone are UTC. Raises duckdb.OutOfMemoryException with the settings that help.
    """
    with tempfile.TemporaryDirectory(prefix="cerebro-duckdb-") as spill:
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "memory_limit": settings.DUCKDB_MEMORY_LIMIT,
                # A query over many small objects keeps one thread at work, while the one that gave the query waits
                # actively: 1,000 objects took 0.8 s in two parts at a time with one thread each, 1.0 s (and a third
                # more processor time) with two threads.
                "threads": 1 if whole_objects else settings.DUCKDB_THREADS,
                "temp_directory": spill,
                # The order of rows is asked for where it matters; keeping it everywhere costs memory.
                "preserve_insertion_order": False,
            }
        )
        try:
            connection.execute("set global timezone = 'UTC'")
            if store is not None:
                _connect_to_s3(connection, store, whole_objects)
            yield connection
        except duckdb.OutOfMemoryException as error:
            raise duckdb.OutOfMemoryException(
                f"The load needs more than its memory ({settings.DUCKDB_MEMORY_LIMIT}, {settings.DUCKDB_THREADS} "
                f"threads) and the disk behind {Path(spill).parent}. Raise CEREBRO_DUCKDB_MEMORY_LIMIT, lower "
                f"CEREBRO_DUCKDB_THREADS, or make room there. DuckDB says: {first_line(error)}"
            ) from error
        finally:
            connection.close()


def _connect_to_s3(connection: duckdb.DuckDBPyConnection, store: ObjectStore, whole_objects: bool) -> None:
    load_extension(connection, HTTPFS)
    # Keys are keys: no glob (*, [, {) and no query parameters (?) in an S3 path.
    connection.execute("set global s3_url_compatibility_mode = true")
    # 2,000 small objects, read before: 3.7 s with neither, 2.4 s with the first, 0.5 s with both.
    connection.execute("set global httpfs_connection_caching = true")
    connection.execute("set global enable_http_metadata_cache = true")
    connection.execute("set global parquet_metadata_cache = true")
    # In ranges nothing is read twice but footers, which have a cache of their own.
    connection.execute("set global force_download = ?", [whole_objects])
    connection.execute("set global enable_external_file_cache = ?", [whole_objects])
    # What is kept is not asked for again: whoever loads it makes sure in the end that it is what was listed.
    connection.execute("set global validate_external_file_cache = 'NO_VALIDATION'")
    connection.execute("set global http_timeout = 60")
    connection.execute("set global http_retries = 4")
    connection.execute(
        "create secret (type s3, key_id ?, secret ?, session_token ?, endpoint ?, region ?, use_ssl ?, "
        "url_style 'path')",
        [
            store.access_key_id,
            store.secret_access_key,
            store.session_token or "",
            store.host,
            store.region,
            store.uses_tls,
        ],
    )
