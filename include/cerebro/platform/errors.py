"""The errors, and whose fault each of them is: no other place judges an answer of the store or of the warehouse.

Modules that are read with a DAG file use the classes, so the libraries are imported where an error is judged.
"""

from __future__ import annotations

import csv
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from botocore.exceptions import BotoCoreError, ClientError


class Fault(Enum):
    """Who has to change something, in the words of a log."""

    OBJECT = "an object of the landing zone"
    STORE = "the store"
    NETWORK = "the network"
    ACCESS = "credentials or rights"
    DATABASE = "the warehouse"
    DEPLOYMENT = "a connection, a setting or an installation"
    DATA = "the data in the warehouse"
    UNKNOWN = "unknown"


class Judgement(NamedTuple):
    """Whose fault an error is, and whether a retry is in vain."""

    fault: Fault
    is_final: bool = False


class FinalError(Exception):
    """An error that a retry cannot heal: somebody has to do what its message says."""

    fault = Fault.DEPLOYMENT


class BadObjectError(Exception):
    """The object itself is broken: a retry does not help, a new delivery does.

    Attributes:
        is_content: whether its bytes are the cause, so that reading them again tells the same.
        columns: the delivered names of its columns, if their names are the cause.
    """

    is_content = True
    columns: tuple[str, ...] = ()

    def __init__(self, key: str, problem: str, remedy: str = "Deliver it again under the same key") -> None:
        # What an object holds may stand in the problem: PostgreSQL cannot keep NUL or half of a surrogate pair.
        clean = problem.encode("utf-8", "backslashreplace").decode().replace("\0", r"\x00")
        super().__init__(f"{key}: {clean[:2000]}. {remedy}; the next run loads it.")


class UnexpectedContentError(BadObjectError):
    """The code did not expect what an object holds. No other object may suffer from it; its traceback is logged."""

    def __init__(self, key: str, error: Exception) -> None:
        super().__init__(
            key,
            f"the pipeline did not expect what is in it ({type(error).__name__}: {first_line(error)})",
            "Report this with the traceback in the task's log, or deliver it in another form",
        )


class ObjectChangedError(Exception):
    """The object was overwritten or removed after it was listed."""


class StoreRefusesError(FinalError):
    """The store, or the way to it, is at fault, though it looks like the objects: none of them is marked as failed."""

    fault = Fault.ACCESS


class NotConservedError(Exception):
    """Rows went missing between two steps of a load. Nothing of it was committed."""


# Answers of S3 and STS. Keys, or the address that they are used at, are wrong:
_WRONG_KEYS = {"InvalidAccessKeyId", "InvalidClientTokenId", "InvalidToken", "SignatureDoesNotMatch"}
_WRONG_ADDRESS = {"AuthorizationHeaderMalformed", "InvalidBucketName", "NoSuchBucket", "PermanentRedirect"}
# The next attempt signs with new keys.
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
# The clock of this machine or of the store is wrong.
_WRONG_CLOCK = {"RequestTimeTooSkewed"}
# A store answers so whatever the object.
NOT_ABOUT_AN_OBJECT = _WRONG_KEYS | _WRONG_ADDRESS | _EXPIRED | _WRONG_CLOCK

# SQLSTATEs, by their first characters. The first that fits counts.
_SQLSTATES = {
    "28": Judgement(Fault.ACCESS, is_final=True),  # invalid authorization
    "3D": Judgement(Fault.DEPLOYMENT, is_final=True),  # no such database
    "42501": Judgement(Fault.ACCESS, is_final=True),  # insufficient privilege
    "08": Judgement(Fault.NETWORK),  # connection exception
    "": Judgement(Fault.DATABASE),
}


def judge(error: BaseException) -> Judgement:
    """Return whose fault an error is, and whether a retry is in vain."""
    import duckdb
    import psycopg2
    from botocore.exceptions import BotoCoreError, ClientError

    match error:
        case FinalError():
            return Judgement(error.fault, is_final=True)
        case BadObjectError() | ObjectChangedError():
            return Judgement(Fault.OBJECT)
        case ClientError():
            return _judge_answer(error)
        case BotoCoreError():
            return _judge_without_answer(error)
        case duckdb.HTTPException():
            status = _status(error)
            return Judgement(Fault.ACCESS, is_final=True) if status in (401, 403) else Judgement(Fault.STORE)
        case duckdb.IOException():
            return Judgement(Fault.NETWORK if is_store_trouble(error) else Fault.UNKNOWN)
        case psycopg2.Error():
            if not error.pgcode:
                return Judgement(Fault.NETWORK if isinstance(error, psycopg2.OperationalError) else Fault.UNKNOWN)
            return next(judgement for code, judgement in _SQLSTATES.items() if error.pgcode.startswith(code))
    return Judgement(Fault.UNKNOWN)


def _judge_answer(error: ClientError) -> Judgement:
    code, status = error.response["Error"]["Code"], _http_status(error)
    if code in _WRONG_ADDRESS or status == 301:
        return Judgement(Fault.DEPLOYMENT, is_final=True)
    if code in _EXPIRED | _WRONG_CLOCK:
        return Judgement(Fault.ACCESS)
    if code in _WRONG_KEYS or status in (401, 403):
        return Judgement(Fault.ACCESS, is_final=True)
    return Judgement(Fault.OBJECT if is_missing(error) else Fault.STORE)


def _judge_without_answer(error: BotoCoreError) -> Judgement:
    from botocore import exceptions

    no_keys = (exceptions.NoCredentialsError, exceptions.PartialCredentialsError)
    if isinstance(error, no_keys):
        return Judgement(Fault.ACCESS, is_final=True)
    wrong_setting = (
        exceptions.ProfileNotFound,
        exceptions.ParamValidationError,
        exceptions.ConfigParseError,
        exceptions.InvalidRegionError,
        exceptions.InvalidConfigError,
    )
    wrong_authority = isinstance(error, exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)
    if isinstance(error, wrong_setting) or wrong_authority:
        return Judgement(Fault.DEPLOYMENT, is_final=True)
    return Judgement(Fault.NETWORK)


# What Python raises where a value is not what the code expects. Store, warehouse, disk and memory raise other classes;
# an error of certificates is a ValueError, too, but of the network by its first class.
_UNEXPECTED = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    SyntaxError,
    TypeError,
    ValueError,
    csv.Error,
)


def is_unexpected(error: BaseException) -> bool:
    """Return whether the code met a value that it did not expect, rather than trouble around it."""
    return isinstance(error, _UNEXPECTED) and not isinstance(error, OSError)


def may_be_content(error: Exception) -> bool:
    """Return whether the content of an object may have caused the error, rather than this machine's disk or memory."""
    import duckdb

    if is_unexpected(error):
        return True
    # DuckDB raises these for faults of this machine or of the caller. The content of an object may cause any other
    # class: a broken footer alone raises half a dozen of them, down to plain duckdb.Error.
    not_content = (
        duckdb.OutOfMemoryException,
        duckdb.InterruptException,
        duckdb.ConnectionException,
        duckdb.PermissionException,
        duckdb.CatalogException,
        duckdb.ParserException,
    )
    text = str(error)
    local_trouble = "No space left" in text or "cerebro-duckdb-" in text or "temp_directory" in text
    return isinstance(error, duckdb.Error) and not isinstance(error, not_content) and not local_trouble


def is_store_trouble(error: Exception) -> bool:
    """Return whether the store or the network failed, rather than one object: no answer, half of one, or a 5xx."""
    import duckdb

    if isinstance(error, duckdb.HTTPException):
        status = _status(error)
        return status is None or status >= 500 or status == 429
    # DuckDB reports a broken connection as "Could not connect to server error for HTTP GET to ..."
    return isinstance(error, duckdb.IOException) and " error for HTTP " in str(error)


def _status(error: Exception) -> int | None:
    """Return the status of DuckDB's error; an answer that broke off, or was none of HTTP, has none."""
    return getattr(error, "status_code", None)


def _http_status(error: ClientError) -> int | None:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")


def is_refusal(error: ClientError) -> bool:
    """Return whether the store refused (400 or 403) in a way that may concern a single object."""
    return _http_status(error) in (400, 403) and error.response["Error"]["Code"] not in NOT_ABOUT_AN_OBJECT


def is_missing(error: ClientError) -> bool:
    """Return whether the store answered that there is no such object."""
    return error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound")


def first_line(error: Exception) -> str:
    """Return the first line of an error's text, without DuckDB's class prefix and the full stop."""
    text = str(error).strip()
    return text.splitlines()[0].removeprefix("IO Error: ").rstrip(".") if text else repr(error)
