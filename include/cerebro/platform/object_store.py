"""The S3-compatible store: its endpoint, its credentials, and the objects that it lists."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class StoredObject(NamedTuple):
    """One version of an object, as the store lists it.

    Attributes:
        key: its key in the bucket.
        etag: its ETag, without quotes.
        size_bytes: its size in bytes.
    """

    key: str
    etag: str
    size_bytes: int

    @classmethod
    def from_xcom(cls, row: XComRow) -> StoredObject:
        """Return the object that a row describes, as it comes through XCom."""
        key, etag, size_bytes = row
        return cls(str(key), str(etag), int(size_bytes))

    def for_xcom(self) -> XComRow:
        """Return the object as a row of plain values."""
        return [self.key, self.etag, self.size_bytes]


# Key, ETag and size in bytes.
XComRow: TypeAlias = list[str | int]


@dataclass(frozen=True)
class ObjectStore:
    """An S3 endpoint and its credentials. ``repr`` hides the secrets."""

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

    def client(self) -> S3Client:
        """Return a boto3 S3 client.

        It validates checksums only where S3 demands them: MinIO and other stores answer ranged reads with the checksum
        of the whole object, which boto3 refuses. Instants stay text: nothing here reads them, and parsing one an object
        took two thirds of a listing's time.
        """
        # Imported here: 0.2 s that reading a DAG file must not cost.
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
