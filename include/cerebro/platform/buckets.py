"""Checks that the buckets are there and open, before anything is read from them or written to them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import TYPE_CHECKING

from include.cerebro.platform.errors import Fault, FinalError, is_missing, judge
from include.cerebro.platform.object_store import ObjectStore

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class BucketUnusableError(FinalError):
    """A bucket is missing, or closed to the keys of the connection."""

    fault = Fault.DEPLOYMENT


def require_buckets(store: ObjectStore, read: Mapping[str, str], written: Mapping[str, str]) -> None:
    """Check the buckets with one or two requests each. Writes nothing.

    A bucket that is only written to may be closed to every other request: that is not judged.

    Args:
        store: the store.
        read: the buckets that are listed and read, each with the setting that names it.
        written: the buckets that are written to, in the same form.

    Raises:
        BucketUnusableError: a bucket is missing or closed, or the keys are wrong.
        botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError: the store does not answer.
    """
    with closing(store.client()) as client:
        for bucket, setting in {**written, **read}.items():
            _require(client, store, bucket, setting, is_read=bucket in read)


def _require(client: S3Client, store: ObjectStore, bucket: str, setting: str, *, is_read: bool) -> None:
    from botocore.exceptions import ClientError

    place = f"the store {store.address} (Airflow's connection '{store.conn_id}')"
    try:
        client.head_bucket(Bucket=bucket)
        return
    except ClientError as error:
        refused = error
    if not is_missing(refused):
        # The answer to HEAD has no body, so only GET says why.
        try:
            client.list_objects_v2(Bucket=bucket, MaxKeys=1)
            return
        except ClientError as error:
            refused = error
    code, message = refused.response["Error"]["Code"], refused.response["Error"].get("Message", "")
    if is_missing(refused) or code == "NoSuchBucket":
        raise BucketUnusableError(
            f"There is no bucket {bucket} in {place}; nothing was written. Create it, or name another with {setting}."
        ) from refused
    if code == "AccessDenied":
        if is_read:
            raise BucketUnusableError(
                f"The bucket {bucket} is closed: {place} refuses to list it ({code}: {message}). Nothing was written. "
                "Allow s3:ListBucket and s3:GetObject on it to the keys or the role of the connection, or name another "
                f"bucket with {setting}."
            ) from refused
        return
    if judge(refused).is_final:
        raise BucketUnusableError(
            f"The bucket {bucket} cannot be reached: {place} answers {code}: {message}. Nothing was written. Correct "
            "the keys, the region and the endpoint of the connection."
        ) from refused
    raise refused
