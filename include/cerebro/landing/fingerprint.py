"""The fingerprint of a landing zone: whether two listings found the same objects."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from include.cerebro.platform.object_store import StoredObject

if TYPE_CHECKING:
    from pydantic import JsonValue


# Identities have 63 bits; the first of them say in which of the sorted arrays one is. Each has 2 KB of a million
# identities, so that an insertion moves little.
_ARRAY_BITS = 12
_SHIFT = 63 - _ARRAY_BITS


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


class Identities:
    """A set of identities, in 11 bytes each. A million take 12 MiB; in a set of Python's they took 88 MiB."""

    def __init__(self) -> None:
        self._arrays = [array("Q") for _ in range(1 << _ARRAY_BITS)]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, number: int) -> bool:
        numbers = self._arrays[number >> _SHIFT]
        place = bisect_left(numbers, number)
        return place < len(numbers) and numbers[place] == number

    def add(self, number: int) -> bool:
        """Add an identity; return whether it was not there."""
        numbers = self._arrays[number >> _SHIFT]
        place = bisect_left(numbers, number)
        if place < len(numbers) and numbers[place] == number:
            return False
        numbers.insert(place, number)
        self._count += 1
        return True
