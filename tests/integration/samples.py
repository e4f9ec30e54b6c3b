"""Small objects that many tests deliver, and their readings as raw holds them."""

from __future__ import annotations

from tests.integration.helpers import Site, parquet

HEROES = b"hero_id,name,alter_ego,first_appearance\nhulk,Hulk,Bruce Banner,1962\n"
MISSION = {"mission_id": "M1", "hero_ids": ["hulk"], "timestamp": "2025-01-01T02:00:30+02:00", "odd": [1, None]}
NOON = "2025-01-01 12:00:00"


def one_reading(heart_rate: float = 80, hero_id: str = "hulk", at: str = NOON) -> bytes:
    return parquet([(at, hero_id, heart_rate, 10, 100)])


def heart_rates(site: Site) -> list[tuple[str, int, float]]:
    """Hero, number of readings and mean heart rate of every minute of the current loads."""
    return [(row[0], row[2], row[3]) for row in site.merged_minutes()]
