"""Whose fault an error is, and whether a retry is in vain."""

from __future__ import annotations

import csv
import ssl
import subprocess
import sys

import duckdb
import psycopg2
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, SSLError

from include.cerebro.checking.conservation import ReadingsLostError
from include.cerebro.checking.objects import ObjectsFailedError
from include.cerebro.ledger.erasures import ErasedMeanwhileError
from include.cerebro.page.report import ReportNotWrittenError
from include.cerebro.platform.connections import ConnectionIncompleteError
from include.cerebro.platform.errors import (
    BadObjectError,
    Fault,
    NotConservedError,
    StoreRefusesError,
    is_refusal,
    is_store_trouble,
    judge,
    may_be_content,
)
from include.cerebro.platform.object_store import EndpointError
from include.cerebro.platform.settings import SettingInvalidError
from include.cerebro.schema.suitability import UnsuitableWarehouseError
from include.cerebro.schema.turns import WarehouseLockedError


def answer(status: int, code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetObject")  # type: ignore[typeddict-item]


def refused_by_postgresql(code: str | None) -> psycopg2.Error:
    error = psycopg2.OperationalError("no")
    error.__setstate__({"pgcode": code})
    return error


def http_error(status: int | None) -> duckdb.HTTPException:
    error = duckdb.HTTPException("HTTP Error")
    error.status_code = status  # type: ignore[assignment]
    return error


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (answer(403, "InvalidAccessKeyId"), Fault.ACCESS),
        (answer(403, "SignatureDoesNotMatch"), Fault.ACCESS),
        (answer(403, "AccessDenied"), Fault.ACCESS),
        (answer(403, "403"), Fault.ACCESS),
        (answer(404, "NoSuchBucket"), Fault.DEPLOYMENT),
        (answer(301, "PermanentRedirect"), Fault.DEPLOYMENT),
        (answer(400, "AuthorizationHeaderMalformed"), Fault.DEPLOYMENT),
        (NoCredentialsError(), Fault.ACCESS),
        (SSLError(endpoint_url="https://s3", error="[SSL: CERTIFICATE_VERIFY_FAILED]"), Fault.DEPLOYMENT),
        (http_error(403), Fault.ACCESS),
        (refused_by_postgresql("42501"), Fault.ACCESS),
        (refused_by_postgresql("28P01"), Fault.ACCESS),
        (refused_by_postgresql("3D000"), Fault.DEPLOYMENT),
        (ObjectsFailedError("one"), Fault.OBJECT),
        (ReadingsLostError("one"), Fault.DATA),
        (StoreRefusesError("all"), Fault.ACCESS),
        (ConnectionIncompleteError("no host"), Fault.DEPLOYMENT),
        (EndpointError("a path"), Fault.DEPLOYMENT),
        (SettingInvalidError("minus one"), Fault.DEPLOYMENT),
        (UnsuitableWarehouseError("15"), Fault.DEPLOYMENT),
        (ReportNotWrittenError("no bucket"), Fault.DEPLOYMENT),
    ],
    ids=repr,
)
def test_a_retry_is_in_vain(error: Exception, fault: Fault) -> None:
    """Each of these was retried twice (A3)."""
    assert judge(error) == (fault, True)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (answer(503, "SlowDown"), Fault.STORE),
        (answer(400, "RequestTimeout"), Fault.STORE),
        (answer(403, "ExpiredToken"), Fault.ACCESS),
        (answer(403, "RequestTimeTooSkewed"), Fault.ACCESS),
        (answer(404, "NoSuchKey"), Fault.OBJECT),
        (EndpointConnectionError(endpoint_url="http://s3"), Fault.NETWORK),
        (SSLError(endpoint_url="https://s3", error="EOF occurred"), Fault.NETWORK),
        (http_error(503), Fault.STORE),
        (http_error(None), Fault.STORE),
        (duckdb.IOException("Could not connect to server error for HTTP GET to http://s3"), Fault.NETWORK),
        (refused_by_postgresql("55P03"), Fault.DATABASE),
        (refused_by_postgresql("57P01"), Fault.DATABASE),
        (refused_by_postgresql("08006"), Fault.NETWORK),
        (refused_by_postgresql(None), Fault.NETWORK),
        (BadObjectError("a.csv", "it is broken"), Fault.OBJECT),
        (NotConservedError("one"), Fault.UNKNOWN),
        (WarehouseLockedError("by a backup"), Fault.UNKNOWN),
        (duckdb.OutOfMemoryException("no memory"), Fault.UNKNOWN),
        (KeyError("x"), Fault.UNKNOWN),
    ],
    ids=repr,
)
def test_a_retry_may_help(error: Exception, fault: Fault) -> None:
    assert judge(error) == (fault, False)


def test_the_errors_cost_a_dag_file_no_library() -> None:
    heavy = "{'duckdb', 'psycopg2', 'botocore'} & set(sys.modules)"
    code = f"import sys, include.cerebro.platform.errors; sys.exit(str({heavy} or '') or None)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_answer_without_status_is_the_stores_fault() -> None:
    """It used to end in AttributeError: 'HTTPException' object has no attribute 'status_code'."""
    assert is_store_trouble(duckdb.HTTPException("HTTP Error: the answer broke off"))
    for status, is_trouble in ((None, True), (503, True), (429, True), (403, False), (404, False)):
        error = duckdb.HTTPException("HTTP Error")
        error.status_code = status  # type: ignore[assignment]
        assert is_store_trouble(error) is is_trouble


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, "AccessDenied", True),
        (403, "403", True),
        (403, "InvalidObjectState", True),
        (400, "InvalidRequest", True),
        (403, "SignatureDoesNotMatch", False),
        (403, "InvalidAccessKeyId", False),
        (400, "ExpiredToken", False),
        (404, "NoSuchKey", False),
        (503, "SlowDown", False),
    ],
)
def test_what_may_concern_a_single_object(status: int, code: str, expected: bool) -> None:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    assert is_refusal(ClientError(answer, "GetObject")) is expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [TypeError("x"), KeyError("x"), ZeroDivisionError(), RecursionError(), AttributeError("x"), csv.Error("x"),
     UnicodeError("x"), duckdb.Error("x"), duckdb.ConversionException("x")],
    ids=repr,
)  # fmt: skip
def test_what_the_content_of_an_object_may_have_caused(error: Exception) -> None:
    assert may_be_content(error)


@pytest.mark.parametrize(
    "error",
    [MemoryError(), OSError(28, "No space left"), ssl.SSLCertVerificationError("x"), psycopg2.OperationalError("x"),
     psycopg2.InterfaceError("closed"), answer(503, "SlowDown"), NoCredentialsError(), NotConservedError("x"),
     duckdb.OutOfMemoryException("x"), duckdb.InterruptException("x"), ErasedMeanwhileError("x")],
    ids=repr,
)  # fmt: skip
def test_what_no_object_can_have_caused(error: Exception) -> None:
    assert not may_be_content(error)
