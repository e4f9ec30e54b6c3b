"""What to do about rejected rows, by the reason that the loaders give (raw.rejections)."""

from __future__ import annotations

_REMEDIES = {
    "missing_hero_id": "the row names no hero",
    "invalid_hero_id": "the hero's id holds a NUL character, for which PostgreSQL has no place",
    "missing_mission_id": "the record names no mission",
    "invalid_timestamp": "the timestamp is missing, or is none between the years 1 and 9999",
    "invalid_json": "the line is no JSON object",
    "invalid_text": "a text holds a character for which PostgreSQL has no place, for instance NUL",
    "no_usable_measure": "none of the three measures is a number that can be true",
}


def remedy(reason: str) -> str:
    """Say in words what the reason means, and what to do."""
    meaning = _REMEDIES.get(reason, "see the rows themselves, each has its source and row number")
    return f"{meaning}. Mend it at the source and write the corrected object under the same key."
