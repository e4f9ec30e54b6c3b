"""Whether the store still has the version of an object that was listed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from include.cerebro.landing.listing import find_objects, list_pages
from include.cerebro.platform.errors import ObjectChangedError, is_missing, is_refusal
from include.cerebro.platform.object_store import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def check_unchanged(client: S3Client, bucket: str, stored: StoredObject) -> None:
    """Check that the store still has this version of one object.

    Raises:
        ObjectChangedError: the object was overwritten or removed.
        botocore.exceptions.ClientError: the store refuses to answer; nothing is wrong with the object then.
    """
    try:
        head = client.head_object(Bucket=bucket, Key=stored.key)
    except ClientError as error:
        if is_missing(error):
            raise ObjectChangedError(f"{stored.key} was removed after it was listed") from error
        raise
    if head["ETag"].strip('"') != stored.etag:
        raise ObjectChangedError(f"{stored.key} was overwritten after it was listed")


def is_unchanged(client: S3Client, bucket: str, stored: StoredObject) -> bool:
    """Return whether the store has this version of the object, as far as it answers. Raises as check_unchanged."""
    try:
        check_unchanged(client, bucket, stored)
    except ObjectChangedError:
        return False
    except ClientError as error:
        # An object that it refuses is for the loader to judge.
        if not is_refusal(error):
            raise
    return True


def still_listed(client: S3Client, bucket: str, objects: Sequence[StoredObject]) -> list[StoredObject]:
    """Return the objects that the store still has in the version that was listed.

    One listing, from the first object to the last, replaces a request for each where they lie close together. Once it
    has taken as many requests as there are objects left, these are asked for one by one: what lies between them may be
    the whole landing zone. Raises like ``list_objects``.
    """
    if not objects:
        return []
    missing = {_version(stored): stored.key for stored in objects}
    keys = sorted(missing.values())
    prefix = os.path.commonprefix([keys[0], keys[-1]])  # noqa: RUF071 - keys are text, not paths
    for pages, page in enumerate(list_pages(client, bucket, prefix, after=keys[0][:-1]), start=1):
        for stored in page:
            missing.pop(_version(stored), None)
        if pages >= len(missing) or (page and page[-1].key >= keys[-1]):
            break
    for stored in find_objects(client, bucket, sorted(missing.values())):
        missing.pop(_version(stored), None)
    return [stored for stored in objects if _version(stored) not in missing]


def _version(stored: StoredObject) -> tuple[str, str, int]:
    """Return what makes a version: the same bytes delivered again are the same one."""
    return stored.key, stored.etag, stored.size_bytes
