"""The quarantine bucket: rejected rows as Parquet, each with its reason, source key and row number."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import duckdb

from include.cerebro.platform import settings
from include.cerebro.platform.object_store import StoredObject


def quarantine_key(stored: StoredObject) -> str:
    """Return where the rejected rows of this object version are kept: under its own key, one file a version."""
    return f"{stored.key}/rejected-{stored.etag}.parquet"


def write(
    connection: duckdb.DuckDBPyConnection,
    client: Any,
    stored: StoredObject,
    query: str,
    parameters: list[Any] | None = None,
) -> str:
    """Write the rows of ``query`` to the quarantine bucket and return their key.

    Written before the load commits, and under a name that a second attempt writes again: nothing is lost or doubled.
    Raises botocore's errors, for example if the bucket is missing.
    """
    key = quarantine_key(stored)
    with tempfile.TemporaryDirectory(prefix="cerebro-quarantine-") as folder:
        path = Path(folder) / "rejected.parquet"
        connection.execute("set variable quarantine_path = ?", [str(path)])
        connection.execute(
            f"copy ({query}) to (getvariable('quarantine_path')) (format parquet, compression zstd)", parameters
        )
        with path.open("rb") as body:
            client.put_object(Bucket=settings.QUARANTINE_BUCKET, Key=key, Body=body)
    return key
