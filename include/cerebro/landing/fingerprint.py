"""The fingerprint of a landing zone: whether two listings found the same objects."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.platform.object_store import StoredObject

if TYPE_CHECKING:
    from pydantic import JsonValue


class Fingerprint(NamedTuple):
    """What a landing zone holds, in two numbers that do not depend on the order of its objects.

    Attributes:
        objects: the number of objects.
        digest: the exclusive or of all objects' identities.
    """

    objects: int
    digest: int

    def with_identity(self, number: int) -> Fingerprint:
        """Return the fingerprint with one more object, by its identity."""
        return Fingerprint(self.objects + 1, self.digest ^ number)

    def for_state(self) -> list[JsonValue]:
        """Return the fingerprint as plain values, as Airflow keeps them."""
        return [self.objects, self.digest]


def identity(stored: StoredObject) -> int:
    """Return a number of 63 bits for this version of an object."""
    text = f"{stored.key}\0{stored.etag}".encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest()) >> 1
