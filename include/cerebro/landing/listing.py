"""Lists the objects of a bucket, and tells those of a landing zone apart."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from include.cerebro.landing.fingerprint import Fingerprint, identity
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.zones.datasets import Dataset, Other, is_table_file, meaning, table_format
from include.cerebro.zones.landing_zones import LandingZone
from include.cerebro.zones.places import Place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# As many keys of unrecognised objects as a person looks at.
EXAMPLES = 10


# As many as S3 lists by a request.
PAGE = 1_000


def list_objects(client: S3Client, bucket: str, prefix: str, after: str = "") -> Iterator[StoredObject]:
    """Yield every object of a bucket whose key begins with a prefix. Takes and raises what ``list_pages`` does."""
    for page in list_pages(client, bucket, prefix, after):
        yield from page


def list_pages(
    client: S3Client, bucket: str, prefix: str, after: str = "", page_size: int = PAGE
) -> Iterator[list[StoredObject]]:
    """Yield the objects of a bucket whose keys begin with a prefix, a list for each request.

    Args:
        client: the store's client.
        bucket: the bucket's name.
        prefix: what the keys begin with; empty lists the whole bucket.
        after: only keys that follow this one in the store's order.
        page_size: how many objects a request returns at most.

    Raises:
        botocore.exceptions.ClientError: the store refuses, for example NoSuchBucket.
        botocore.exceptions.BotoCoreError: the store does not answer.
    """
    pages = client.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, StartAfter=after, PaginationConfig={"PageSize": page_size}
    )
    for page in pages:
        # The client leaves instants as text.
        yield [
            StoredObject(entry["Key"], entry["ETag"].strip('"'), entry["Size"], str(entry["LastModified"]))
            for entry in page.get("Contents", ())
        ]


def list_dataset(client: S3Client, bucket: str, dataset: Dataset) -> list[StoredObject]:
    """Return all objects of a dataset, in a landing zone without a prefix."""
    return [stored for stored in list_objects(client, bucket, dataset.stem) if meaning(stored.key) == dataset]


def find_objects(client: S3Client, bucket: str, keys: Iterable[str]) -> Iterator[StoredObject]:
    """Yield the objects of these keys that are there, as a listing has them, with a request each.

    It needs no right beyond that to list, and an object that may not be read is found. Raises like ``list_objects``.
    """
    for key in keys:
        # No key that begins with this one comes before it.
        first = next(list_objects(client, bucket, key), None)
        if first and first.key == key:
            yield first


class ZoneListing:
    """One listing of a landing zone: the objects of its datasets, and an account of all others.

    Attributes:
        objects: objects of the datasets so far.
        unrecognised: objects so far that nobody recognises.
        examples: the first keys of them.
        tables: the folders of tables so far, with the name of the format.
        keys: the full keys that are looked at, unless all is listed.
    """

    def __init__(
        self,
        client: S3Client,
        zone: LandingZone,
        others: Collection[Place] = (),
        keys: Sequence[str] | None = None,
    ) -> None:
        """Prepare a listing.

        Args:
            client: the client of the zone's store.
            zone: the landing zone.
            others: the places that the pipeline writes to, which do not belong to the zone where they lie within it.
            keys: the full keys to look at; none means all that the landing zone holds.
        """
        self._client = client
        self._zone = zone
        self._others = tuple(
            place.prefix
            for place in others
            if place.bucket == zone.bucket and place.prefix != zone.prefix and place.prefix.startswith(zone.prefix)
        )
        self._is_whole = keys is None
        self.keys = frozenset(keys or ())
        self.tables: dict[str, str] = {}
        self.restart()

    @property
    def is_whole(self) -> bool:
        """Whether all objects of the landing zone are listed."""
        return self._is_whole

    def restart(self) -> None:
        """List once more, and leave out the files of the tables that were found."""
        self.objects = 0
        self.unrecognised = 0
        self.examples: list[str] = []
        self._digest = 0
        self._known_tables = tuple(self.tables)

    @property
    def fingerprint(self) -> Fingerprint:
        """The fingerprint of the objects of the datasets so far."""
        return Fingerprint(self.objects, self._digest)

    def __iter__(self) -> Iterator[tuple[Dataset, StoredObject]]:
        """Yield the objects of the datasets, in the order of their keys. Raises like ``list_objects``."""
        bucket = self._zone.bucket
        all_objects = list_objects(self._client, bucket, self._zone.prefix)
        for stored in all_objects if self._is_whole else find_objects(self._client, bucket, sorted(self.keys)):
            if self._others and stored.key.startswith(self._others):
                continue
            name = self._name(stored)
            is_what = meaning(name)
            # Of a dataset's own names, only JSON can be a table's metadata: the search takes longer than all else here.
            if (not isinstance(is_what, Dataset) or name.endswith(".json")) and (table := table_format(name)):
                self.tables.setdefault(*table)
            if isinstance(is_what, Dataset):
                self.objects += 1
                self._digest ^= identity(stored)
                if self._known_tables and is_table_file(name, self._known_tables):
                    self._count_unrecognised(stored)
                else:
                    yield is_what, stored
            elif is_what is Other.UNRECOGNISED:
                self._count_unrecognised(stored)

    def without_table_files(self, objects: list[StoredObject]) -> list[StoredObject]:
        """Return the objects that are no files of a table, once all is listed; count the others as unrecognised."""
        tables = tuple(self.tables)
        own = [stored for stored in objects if not (tables and is_table_file(self._name(stored), tables))]
        for stored in set(objects) - set(own):
            self._count_unrecognised(stored)
        return own

    def notes(self) -> list[str]:
        """Return what to deliver instead of the tables that were found, a line each."""
        return [
            f"{self._zone.prefix}{table} is a table of {format_name}, whose files are not loaded: some are of earlier "
            "versions. Deliver each export of its rows once, as plain files, in a folder without the table's metadata."
            for table, format_name in self.tables.items()
        ]

    def _name(self, stored: StoredObject) -> str:
        return stored.key.removeprefix(self._zone.prefix)

    def _count_unrecognised(self, stored: StoredObject) -> None:
        self.unrecognised += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(stored.key)
