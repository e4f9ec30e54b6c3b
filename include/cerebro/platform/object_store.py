"""The S3-compatible store: where it is, how to speak to it, and what is in it."""

from __future__ import annotations

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
