"""What can be wrong with an object, and how to tell it from trouble that passes."""

from __future__ import annotations

from typing import Any

import duckdb
from botocore.exceptions import ClientError

from include.cerebro.platform.object_store import StoredObject


class BadObjectError(Exception):
    """The object itself is broken: trying again does not help, delivering it again does."""

    def __init__(self, key: str, problem: str, remedy: str = "Deliver it again under the same key") -> None:
        super().__init__(f"{key}: {problem}. {remedy}; the next run takes it up.")


class ObjectChangedError(Exception):
    """The object is not any more what was listed (overwritten or removed since)."""


class NotConservedError(Exception):
    """Rows went missing between two steps of a load. Nothing of it was committed."""


# What DuckDB raises when this machine, or the one who asked, is the trouble. Everything else may be the content of an
# object: a broken footer alone comes as any of half a dozen classes, down to plain duckdb.Error.
NOT_CONTENT = (
    duckdb.OutOfMemoryException,
    duckdb.InterruptException,
    duckdb.ConnectionException,
    duckdb.PermissionException,
    duckdb.CatalogException,
    duckdb.ParserException,
)


def may_be_content(error: Exception) -> bool:
    """Whether the error may come from the content of an object, rather than from this machine's disk or memory."""
    text = str(error)
    local_trouble = "No space left" in text or "cerebro-duckdb-" in text or "temp_directory" in text
    return isinstance(error, duckdb.Error) and not isinstance(error, NOT_CONTENT) and not local_trouble


def is_store_trouble(error: Exception) -> bool:
    """Whether the store or the way to it failed, rather than one object: no answer, half of one, or a 5xx."""
    if isinstance(error, duckdb.HTTPException):
        return error.status_code >= 500 or error.status_code == 429
    # What DuckDB calls a broken connection: "Could not connect to server error for HTTP GET to ..."
    return isinstance(error, duckdb.IOException) and " error for HTTP " in str(error)


def is_missing(error: ClientError) -> bool:
    """Whether the store says that there is no such object."""
    return error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound")


def check_unchanged(client: Any, bucket: str, stored: StoredObject) -> None:
    """Raise ObjectChangedError unless the store still has this version.

    Raises botocore's errors if the store cannot be reached or refuses: then nothing is wrong with the object.
    """
    try:
        head = client.head_object(Bucket=bucket, Key=stored.key)
    except ClientError as error:
        if is_missing(error):
            raise ObjectChangedError(f"{stored.key} was removed after it was listed") from error
        raise
    if head["ETag"].strip('"') != stored.etag:
        raise ObjectChangedError(f"{stored.key} was overwritten after it was listed")


def first_line(error: Exception) -> str:
    """The first line of an error's text without DuckDB's class prefix and full stop."""
    text = str(error).strip()
    return text.splitlines()[0].removeprefix("IO Error: ").rstrip(".") if text else repr(error)
