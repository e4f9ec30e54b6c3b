"""Places in S3: a bucket, and the prefix of all keys that are meant. Several may share a bucket."""

from __future__ import annotations

import hashlib
from typing import NamedTuple

# S3 allows keys of 1,024 bytes in UTF-8.
LONGEST_KEY = 1024


class Place(NamedTuple):
    """A bucket or a folder of one.

    Attributes:
        bucket: the bucket's name.
        prefix: what the keys begin with: empty, or with a slash at its end.
    """

    bucket: str
    prefix: str = ""

    @classmethod
    def parse(cls, text: str) -> Place:
        """Return the place that a setting names: ``bucket`` or ``bucket/prefix``."""
        bucket, _, prefix = text.removeprefix("s3://").partition("/")
        return cls(bucket, folder(prefix))

    @property
    def url(self) -> str:
        """The place as people write it: ``s3://bucket/prefix/``."""
        return f"s3://{self.bucket}/{self.prefix}"

    def key(self, name: str) -> str:
        """Return the key of an object of this place."""
        return self.prefix + name

    def overlaps(self, other: Place) -> bool:
        """Return whether one of the two lies within the other."""
        return self.bucket == other.bucket and (
            self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix)
        )


def folder(prefix: str) -> str:
    """Return a prefix with a slash at its end; empty if it is."""
    return f"{prefix.rstrip('/')}/" if prefix.strip("/") else ""


class Quarantine(NamedTuple):
    """Where the rejected rows of a landing zone are kept.

    Attributes:
        place: the quarantine, which all landing zones share.
        landing_zone: the name of the landing zone.
    """

    place: Place
    landing_zone: str

    def key(self, object_key: str, version: str, kind: str = "rejected") -> str:
        """Return the key of an object version's rejected rows: one file a version, apart for every landing zone.

        The object's own key is part of it, or, where that makes it longer than S3 allows, a hash of the key. The rows
        themselves name their object. The version is the object's ETag, and the id of the load that is replaced where
        that is one of the same ETag. The ``kind`` is rejected, or rescued for columns that no table has.
        """
        name = f"{kind}-{version}.parquet"
        key = self.place.key(f"{self.landing_zone}/{object_key}/{name}")
        if len(key.encode()) <= LONGEST_KEY:
            return key
        digest = hashlib.sha256(object_key.encode()).hexdigest()
        return self.place.key(f"{self.landing_zone}/_long-keys/{digest}/{name}")
