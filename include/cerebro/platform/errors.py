"""The errors of a load, and whether an object, this machine or the store is their cause."""

from __future__ import annotations

import duckdb
from botocore.exceptions import ClientError


class BadObjectError(Exception):
    """The object itself is broken: a retry does not help, a new delivery does."""

    def __init__(self, key: str, problem: str, remedy: str = "Deliver it again under the same key") -> None:
        # What an object holds may stand in the problem: PostgreSQL cannot keep NUL or half of a surrogate pair.
        clean = problem.encode("utf-8", "backslashreplace").decode().replace("\0", r"\x00")
        super().__init__(f"{key}: {clean[:2000]}. {remedy}; the next run loads it.")


class ObjectChangedError(Exception):
    """The object was overwritten or removed after it was listed."""


class StoreRefusesError(Exception):
    """The store, or the way to it, is at fault, though it looks like the objects: none of them is marked as failed."""


class NotConservedError(Exception):
    """Rows went missing between two steps of a load. Nothing of it was committed."""


# DuckDB raises these for faults of this machine or of the caller. The content of an object may cause any other class:
# a broken footer alone raises half a dozen of them, down to plain duckdb.Error.
NOT_CONTENT = (
    duckdb.OutOfMemoryException,
    duckdb.InterruptException,
    duckdb.ConnectionException,
    duckdb.PermissionException,
    duckdb.CatalogException,
    duckdb.ParserException,
)


def may_be_content(error: Exception) -> bool:
    """Return whether the content of an object may have caused the error, rather than this machine's disk or memory."""
    text = str(error)
    local_trouble = "No space left" in text or "cerebro-duckdb-" in text or "temp_directory" in text
    return isinstance(error, duckdb.Error) and not isinstance(error, NOT_CONTENT) and not local_trouble


def is_store_trouble(error: Exception) -> bool:
    """Return whether the store or the network failed, rather than one object: no answer, half of one, or a 5xx."""
    if isinstance(error, duckdb.HTTPException):
        # An answer that broke off, or was none of HTTP, has no status.
        status: int | None = getattr(error, "status_code", None)
        return status is None or status >= 500 or status == 429
    # DuckDB reports a broken connection as "Could not connect to server error for HTTP GET to ..."
    return isinstance(error, duckdb.IOException) and " error for HTTP " in str(error)


# A store answers so whatever the object: they speak of the keys, the clock or the region.
NOT_ABOUT_AN_OBJECT = {
    "AuthorizationHeaderMalformed",
    "ExpiredToken",
    "InvalidAccessKeyId",
    "InvalidToken",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
}


def is_refusal(error: ClientError) -> bool:
    """Return whether the store refused (400 or 403) in a way that may concern a single object."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return status in (400, 403) and error.response["Error"]["Code"] not in NOT_ABOUT_AN_OBJECT


def is_missing(error: ClientError) -> bool:
    """Return whether the store answered that there is no such object."""
    return error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound")


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, without DuckDB's class prefix and the full stop."""
    text = str(error).strip()
    return text.splitlines()[0].removeprefix("IO Error: ").rstrip(".") if text else repr(error)
