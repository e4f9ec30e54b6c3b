"""Judges the store's refusal to deliver an object: the object's own fault, or everybody's."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import duckdb
from botocore.exceptions import ClientError

from include.cerebro.platform.errors import (
    BadObjectError,
    StoreRefusesError,
    UnexpectedContentError,
    first_line,
    is_missing,
    is_refusal,
    is_store_trouble,
    is_unexpected,
    may_be_content,
)
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.zones.datasets import Dataset

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def content_fault(stored: StoredObject, error: Exception) -> BadObjectError:
    """Return what is wrong with an object that cannot be read, although boto3 has just read both its ends.

    Raises:
        StoreRefusesError: the store refuses the object to DuckDB alone.
        Exception: ``error`` itself, if the store or this machine is the cause.
    """
    if is_store_trouble(error) or not may_be_content(error):
        raise error
    if isinstance(error, duckdb.HTTPException):
        raise StoreRefusesError(
            f"DuckDB cannot read {stored.key}, though boto3 can. No object is marked as failed. Check region, "
            f"addressing_style and proxies of the connection. DuckDB says: {first_line(error)}"
        ) from error
    if is_unexpected(error):
        log.error("%s has something that the pipeline did not expect", stored.key, exc_info=error)
        return UnexpectedContentError(stored.key, error)
    return BadObjectError(stored.key, f"it cannot be read: {first_line(error)}")


# Other objects that are tried before the store counts as refusing everything.
TRIED_OBJECTS = 10


class Refusals:
    """The objects of one dataset that the store refuses to deliver."""

    def __init__(self, bucket: str, dataset: Dataset) -> None:
        self._bucket = bucket
        # A prefix of the single file's key and of those in the folder.
        self._prefix = dataset.folder.rstrip("/")
        self._others_come = False

    def judge(self, client: S3Client, stored: StoredObject, error: ClientError) -> BadObjectError:
        """Return the refusal as the object's own fault.

        Raises:
            botocore.exceptions.ClientError: ``error`` is no refusal, or the store refuses whoever asks.
            StoreRefusesError: the store refuses every object that was tried, so none is at fault.
        """
        if not is_refusal(error):
            raise error
        # The answer to HEAD has no body, so only GET says why. If the object comes, the error speaks of something else:
        # the quarantine, for example.
        refused = self._refusal(client, stored.key) or error
        if refused is error or not is_refusal(refused):
            raise refused
        code, message = refused.response["Error"]["Code"], refused.response["Error"].get("Message", "")
        if code == "InvalidObjectState":
            return BadObjectError(stored.key, "it is archived", "Restore it in the store")
        if not self._others_come and not self._another_comes(client, stored.key):
            raise StoreRefusesError(
                f"The store refuses {stored.key} and every other object of its dataset that was tried "
                f"({code}: {message}). No object is marked as failed. Allow the keys or the role of the "
                "connection to read them (s3:GetObject, and kms:Decrypt if they are encrypted with a key of KMS)."
            ) from refused
        self._others_come = True
        return BadObjectError(
            stored.key,
            f"the store refuses it, but not others ({code}: {message.rstrip('.')})",
            "Check its owner, its ACL, the bucket's policy and the key it is encrypted with, or deliver it again",
        )

    def _refusal(self, client: S3Client, key: str) -> ClientError | None:
        """Ask for the object's first byte and return the refusal; None if it comes."""
        try:
            with client.get_object(Bucket=self._bucket, Key=key, Range="bytes=0-0")["Body"] as body:
                body.read()
        except ClientError as error:
            return error
        return None

    def _another_comes(self, client: S3Client, key: str) -> bool:
        """Return whether one of some other objects is delivered: of the dataset, or of the bucket if it has no other.

        They are spread over the first 1,000 of the listing.
        """
        for prefix in (self._prefix, ""):
            listing = client.list_objects_v2(Bucket=self._bucket, Prefix=prefix).get("Contents", [])
            others = [entry["Key"] for entry in listing if entry["Key"] != key and entry["Size"]]
            if others:
                break
        for other in others[:: -(-len(others) // TRIED_OBJECTS) or 1]:
            refused = self._refusal(client, other)
            if refused is None:
                return True
            if not is_refusal(refused) and not is_missing(refused):
                raise refused
        return False
