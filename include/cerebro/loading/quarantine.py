"""Writes the quarantine: rejected rows as Parquet, each with its reason, source key and row number."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from include.cerebro.landing.places import Quarantine
from include.cerebro.platform.object_store import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def write(
    connection: duckdb.DuckDBPyConnection,
    client: S3Client,
    target: Quarantine,
    stored: StoredObject,
    query: str,
    parameters: list[Any] | None = None,
) -> str:
    """Write rejected rows to the quarantine bucket and return their key.

    The rows are written before the load commits, under a name that a retry writes again: none is lost or doubled.

    Args:
        connection: the DuckDB connection that the query runs in.
        client: the client of the quarantine's store.
        target: where the rejected rows of the landing zone are kept.
        stored: the object that the rows come from.
        query: selects the rows.
        parameters: the query's parameters.

    Raises:
        botocore.exceptions.ClientError: the store refuses, for example because the bucket is missing.
    """
    key = target.key(stored.key, stored.etag)
    with tempfile.TemporaryDirectory(prefix="cerebro-quarantine-") as folder:
        path = Path(folder) / "rejected.parquet"
        connection.execute("set variable quarantine_path = ?", [str(path)])
        connection.execute(
            f"copy ({query}) to (getvariable('quarantine_path')) (format parquet, compression zstd)", parameters
        )
        with path.open("rb") as body:
            client.put_object(Bucket=target.place.bucket, Key=key, Body=body)
    return key
