"""Opens DuckDB, here and nowhere else: limits, time zone, extensions from installed wheels, access to S3."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from urllib.parse import unquote, urlsplit

import duckdb

from include.cerebro.platform.errors import FinalError, first_line
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import Settings

# The wheels that carry DuckDB's extensions.
HTTPFS = "duckdb_extension_httpfs"
POSTGRES_SCANNER = "duckdb_extension_postgres_scanner"

# DuckDB refuses to replace a secret twice at once.
_SIGNING_IN = Lock()


class ExtensionMissingError(FinalError, RuntimeError):
    """A DuckDB extension is not installed for this version of DuckDB."""


def extension_path(package: str) -> Path:
    """Return the extension's file inside the installed wheel ``package``.

    Raises:
        ExtensionMissingError: the wheel is missing or made for another version of DuckDB.
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
    """Load an extension from its wheel.

    A connection that allows no unsigned extensions verifies the signature: 0.07 s of processor time for httpfs and
    0.13 s for postgres_scanner, instead of 0.001 s each.

    Raises:
        ExtensionMissingError: the wheel is missing or made for another version of DuckDB.
    """
    connection.load_extension(str(extension_path(package)))


@contextmanager
def duckdb_session(
    settings: Settings,
    store: ObjectStore | None = None,
    *,
    threads: int | None = None,
    whole_objects: bool = False,
    http_retries: int = 4,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB and close it at the end.

    Nothing is downloaded: extensions come from their wheels, whose hashes the lock has, so that their signatures are
    not verified again in each session. The session spills into a folder of its own, which is removed with it. Instants
    without a zone are UTC.

    Args:
        settings: memory limit and threads.
        store: the store that ``s3://`` reads from; none means no S3.
        threads: threads of a small file's query; none means those of the settings.
        whole_objects: fetch an object whole when it is first read, keep it as far as the memory limit allows (see
            ``prefetch``), and run a query in one thread. Otherwise an object is read in the ranges that a query needs,
            and a query runs in several threads.
        http_retries: how often a request is repeated; DuckDB repeats those that the store refuses, too.

    Raises:
        duckdb.OutOfMemoryException: memory or disk is short; the message names the settings that help.
    """
    with tempfile.TemporaryDirectory(prefix="cerebro-duckdb-") as spill:
        connection = duckdb.connect(
            config={
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_unsigned_extensions": True,
                "memory_limit": settings.duckdb_memory_limit,
                # A query over many small objects occupies one thread, while the thread that issued it waits actively:
                # 1,000 objects took 0.8 s in two parts at a time with one thread each, 1.0 s (and a third more
                # processor time) with two threads.
                "threads": 1 if whole_objects else threads or settings.duckdb_threads,
                "temp_directory": spill,
                # Queries order rows where it matters; keeping the order everywhere costs memory.
                "preserve_insertion_order": False,
            }
        )
        try:
            _load_extensions(connection, [POSTGRES_SCANNER, HTTPFS] if store is not None else [POSTGRES_SCANNER])
            connection.execute("set global timezone = 'UTC'")
            if store is not None:
                _connect_to_s3(connection, store, whole_objects)
                connection.execute("set global http_retries = ?", [http_retries])
            yield connection
        except duckdb.OutOfMemoryException as error:
            raise duckdb.OutOfMemoryException(
                f"The load needs more than its memory ({settings.duckdb_memory_limit}, {settings.duckdb_threads} "
                f"threads) and the disk behind {Path(spill).parent}. Raise CEREBRO_DUCKDB_MEMORY_LIMIT, lower "
                f"CEREBRO_DUCKDB_THREADS, or make room there. DuckDB says: {first_line(error)}"
            ) from error
        finally:
            connection.close()


def _load_extensions(connection: duckdb.DuckDBPyConnection, packages: Sequence[str]) -> None:
    """Load extensions from their wheels; the session accepts none without a signature from then on."""
    for package in packages:
        load_extension(connection, package)
    connection.execute("set global allow_unsigned_extensions = false")


def _connect_to_s3(connection: duckdb.DuckDBPyConnection, store: ObjectStore, whole_objects: bool) -> None:
    # Keys are keys: no glob (*, [, {) and no query parameters (?) in an S3 path.
    connection.execute("set global s3_url_compatibility_mode = true")
    # 2,000 small objects, read before: 3.7 s with neither, 2.4 s with the first, 0.5 s with both.
    connection.execute("set global httpfs_connection_caching = true")
    connection.execute("set global enable_http_metadata_cache = true")
    connection.execute("set global parquet_metadata_cache = true")
    # Ranges are read once, except footers, which have a cache of their own.
    connection.execute("set global force_download = ?", [whole_objects])
    connection.execute("set global enable_external_file_cache = ?", [whole_objects])
    # A cached object is not validated against the store: the loader checks at the end that it is what was listed.
    connection.execute("set global validate_external_file_cache = 'NO_VALIDATION'")
    connection.execute("set global http_timeout = 60")
    _use_proxy(connection, store.proxy())
    if store.uses_tls:
        # DuckDB has two HTTP clients, and verifies certificates by default in one of them.
        verified = store.ca_file is not None
        connection.execute("set global enable_curl_server_cert_verification = ?", [verified])
        connection.execute("set global enable_server_cert_verification = ?", [verified])
        connection.execute("set global ca_cert_file = ?", [store.ca_file or ""])
    sign_in(connection, store)


def sign_in(connection: duckdb.DuckDBPyConnection, store: ObjectStore) -> None:
    """Give the session the store's keys of this moment. Any thread may do so, even while queries run.

    What DuckDB writes is encrypted with the same key of KMS as what boto3 writes; it has no other argument of a write.
    """
    values = [*store.keys(), store.host, store.region, store.uses_tls, store.url_style]
    statement = (
        "create or replace secret store (type s3, key_id ?, secret ?, session_token ?, endpoint ?, region ?, "
        "use_ssl ?, url_style ?"
    )
    if key := store.written_with.get("SSEKMSKeyId"):
        statement, values = f"{statement}, kms_key_id ?", [*values, key]
    with _SIGNING_IN, connection.cursor() as cursor:
        cursor.execute(f"{statement})", values)


def _use_proxy(connection: duckdb.DuckDBPyConnection, proxy: str) -> None:
    """Send requests through a proxy; empty: directly, whatever HTTP_PROXY says."""
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    connection.execute("set global http_proxy = ?", [parts.netloc.rpartition("@")[2]])
    connection.execute("set global http_proxy_username = ?", [unquote(parts.username or "")])
    connection.execute("set global http_proxy_password = ?", [unquote(parts.password or "")])
