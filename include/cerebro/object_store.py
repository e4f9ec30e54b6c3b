"""The S3-compatible store: where it is, how to speak to it, and what is in it."""

from __future__ import annotations

from collections.abc import Iterator
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
        whole object, which boto3 would refuse.
        """
        import boto3
        from botocore.config import Config

        return boto3.client(
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


def list_objects(client: Any, bucket: str, prefix: str) -> Iterator[StoredObject]:
    """Yield every object of ``bucket`` whose key begins with ``prefix``; ETags without quotes.

    Raises botocore's ClientError (for example NoSuchBucket) and its connection errors.
    """
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", ()):
            yield StoredObject(entry["Key"], entry["ETag"].strip('"'), entry["Size"])
