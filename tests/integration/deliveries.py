"""Random objects with all kinds of dirt, of few heroes and keys, so that they meet each other."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.integration.helpers import parquet

# Heroes whose names are in nothing else, in several spellings.
SPELLINGS = {"zorg": ["Zorg", "zorg", " ZORG", "Z.org"], "quux": ["quux", "Quux", "q_u_u_x"], "vexx": ["Vexx", "VEXX"]}
HEROES = [spelling for spellings in SPELLINGS.values() for spelling in spellings]
KEYS = {
    "biometrics": ["biometrics.parquet", "biometrics/a b.parquet", "biometrics/c.parquet"],
    "heroes": ["heroes.csv", "heroes/b.csv"],
    "missions": ["mission_logs.json", "mission_logs/b.json"],
}
BASE = parquet([(f"2025-05-31 12:{n % 60:02d}:00", "Base", 80, 20, n) for n in range(600)])

# All of them in one object, so that whoever is forgotten is in it.
TEAM = parquet([(f"2025-05-31 13:00:{n:02d}", hero_id, 80, 20, n) for n, hero_id in enumerate([*HEROES, "Thor"])])


def make(dataset: str, chance: random.Random, seconds: int = 60) -> bytes:
    """A random object, with all kinds of dirt; its readings are of that many seconds of a minute."""
    if chance.random() < 0.08:
        return b"PAR1" if dataset == "biometrics" else b""
    if dataset == "heroes":
        rows = [
            f"{chance.choice([*HEROES, 'n/a', 'Thor'])},,x,196{chance.randint(0, 9)}"
            for _ in range(chance.randint(1, 4))
        ]
        return "\n".join(["hero_id,name,alter_ego,first_appearance", *rows, ""]).encode()
    if dataset == "missions":
        missions = [
            {
                "mission_id": (mission_id := chance.choice(["M1", "M2", "M3", None])),
                "hero_ids": [chance.choice([*HEROES, "Thor"]) for _ in range(chance.randint(0, 3))]
                if mission_id
                else [],
                "timestamp": f"2025-0{chance.randint(1, 5)}-10T12:0{chance.randint(0, 2)}:30Z",
                "outcome": chance.choice(["Successful", "Failed"]),
                "damage_report": {"structural_damage": chance.choice([0, 20_000])},
            }
            for _ in range(chance.randint(1, 4))
        ]
        return json.dumps(missions).encode()
    return parquet([reading(chance, seconds) for _ in range(chance.randint(1, 12))])


def reading(chance: random.Random, seconds: int) -> tuple[Any, ...]:
    """A random reading."""
    year = 1825 if chance.random() < 0.15 else 2025
    at = f"{year}-0{chance.randint(1, 4)}-10 12:0{chance.randint(0, 2)}:{chance.randint(0, seconds - 1):02d}"
    hero_id = chance.choice([*HEROES, "Thor", "nobody", "n/a", None, None])
    rate = chance.choice([None, 80.0, 120.0, 250.0, 400.0])
    return (
        (None if chance.random() < 0.05 else at),
        hero_id,
        rate,
        chance.choice([None, None, 20.0]),
        chance.choice([None, 100.0, -1.0]),
    )
