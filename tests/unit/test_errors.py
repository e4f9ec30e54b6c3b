"""Who is at fault for an error: an object or the store."""

from __future__ import annotations

import duckdb
import pytest
from botocore.exceptions import ClientError

from include.cerebro.platform.errors import is_refusal, is_store_trouble


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
