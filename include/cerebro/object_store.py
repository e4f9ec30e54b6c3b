"""The S3-compatible store: where it is, how to speak to it, and what is in it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class StoredObject(NamedTuple):
    """One object version as the store lists it. ``size_bytes`` is its size in bytes."""

    key: str
    etag: str
    size_bytes: int


@dataclass(frozen=True)
class ObjectStore:
    """An S3 endpoint and the keys to it. The secret is never shown by ``repr``."""

    endpoint_url: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    region: str = "us-east-1"
    session_token: str | None = field(default=None, repr=False)

    @property
    def host(self) -> str:
        """Host and port, as DuckDB wants them."""
        return urlsplit(self.endpoint_url).netloc

    @property
    def uses_tls(self) -> bool:
        """Whether the endpoint is https."""
        return urlsplit(self.endpoint_url).scheme == "https"

    def client(self) -> Any:
        """Return a boto3 S3 client.

        Checksums only where S3 demands them: MinIO and other stores answer ranged reads with the checksum of the
        whole object, which boto3 would refuse. Instants stay text: nobody reads them here, and to parse one for each
        object took two thirds of a listing's time.
        """
        import boto3
        import botocore.session
        from botocore.config import Config

        session = botocore.session.get_session()
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=str)
        return boto3.Session(botocore_session=session).client(
            "s3",
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            aws_session_token=self.session_token,
            region_name=self.region,
            config=Config(
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                retries={"mode": "standard", "max_attempts": 4},
                connect_timeout=10,
                read_timeout=60,
            ),
        )


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
