"""Lists the objects of a bucket and of a dataset."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

from include.cerebro.landing.datasets import Dataset
from include.cerebro.platform.object_store import StoredObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def list_objects(client: S3Client, bucket: str, prefix: str, after: str = "") -> Iterator[StoredObject]:
    """Yield every object of a bucket whose key begins with a prefix, 1,000 a request.

    Args:
        client: the store's client.
        bucket: the bucket's name.
        prefix: what the keys begin with; empty lists the whole bucket.
        after: only keys that follow this one in the store's order.

    Raises:
        botocore.exceptions.ClientError: the store refuses, for example NoSuchBucket.
        botocore.exceptions.BotoCoreError: the store does not answer.
    """
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, StartAfter=after)
    for page in pages:
        for entry in page.get("Contents", ()):
            yield StoredObject(entry["Key"], entry["ETag"].strip('"'), entry["Size"])


def list_dataset(client: S3Client, bucket: str, dataset: Dataset) -> list[StoredObject]:
    """Return all objects of a dataset, and log the objects in its folder that it does not recognise."""
    found, others = [], []
    # The key without its extension is a prefix of the single file and of the folder: one listing serves both.
    for stored in list_objects(client, bucket, dataset.folder.rstrip("/")):
        if dataset.owns(stored.key):
            found.append(stored)
        elif stored.key.startswith(dataset.folder) and not stored.key.endswith("/"):
            others.append(stored.key)
    if others:
        log.warning(
            "%d objects under %s are not %s files and are not loaded, the first of them: %s",
            len(others),
            dataset.folder,
            dataset.extension,
            ", ".join(others[:5]),
        )
    return found
