"""What is in force where a landing zone rejects repeated readings."""

from __future__ import annotations

from collections.abc import Iterable

from tests.oracle.content import Content, Reading


def in_force(contents: Iterable[Content]) -> list[Reading]:
    """One reading for each hero and instant that any of the objects has; which one is not said."""
    return list(
        {(reading.hero_id, reading.at): reading for content in contents for reading in content.accepted}.values()
    )
