"""Lists the objects of a bucket, 1,000 a request."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any

from include.cerebro.platform.object_store import StoredObject


def list_objects(client: Any, bucket: str, prefix: str, after: str = "") -> Iterator[StoredObject]:
    """Yield every object of ``bucket`` whose key begins with ``prefix``; ETags without quotes.

    With ``after`` only those whose keys come after it in the store's order. A request lists 1,000 objects. Raises
    botocore's ClientError (for example NoSuchBucket) and its connection errors.
    """
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, StartAfter=after)
    for page in pages:
        for entry in page.get("Contents", ()):
            yield StoredObject(entry["Key"], entry["ETag"].strip('"'), entry["Size"])


def still_listed(client: Any, bucket: str, objects: Sequence[StoredObject]) -> list[StoredObject]:
    """Return those of the objects that the store still has in the version that was listed.

    One listing, from the first of them until all were met, rather than a request for each. Raises as ``list_objects``.
    """
    missing = set(objects)
    if missing:
        keys = sorted(stored.key for stored in objects)
        prefix = os.path.commonprefix([keys[0], keys[-1]])  # noqa: RUF071 - keys are text, not paths
        for stored in list_objects(client, bucket, prefix, after=keys[0][:-1]):
            missing.discard(stored)
            if not missing:
                break
    return [stored for stored in objects if stored not in missing]
