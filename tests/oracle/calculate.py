"""Calculates the tables that analysts read from the objects of the landing zone."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.oracle.identity import best_spelling, hero_key, lower, readable, upper
from tests.oracle.landing import MEASURES, BrokenObjectError, Content, dataset_of, mean, read_object
from tests.oracle.values import amount, instant, minute_of, text

Row = dict[str, Any]


@dataclass
class Expected:
    """The expected tables: lists of rows, in no particular order.

    ``energy_by_name`` and ``missions_by_name`` (count, mean stress) are the two questions before LIMIT 1.
    ``loads`` has (rows_in, rows_loaded, rows_rejected) of every current load, ``failed`` the keys of
    objects that could not be read, ``rejections`` the rejected rows of current loads by (dataset, reason).
    ``copies`` has, for each key whose bytes another key has, too, the greatest of these keys; ``loads`` has that alone.
    """

    dim_heroes: list[Row] = field(default_factory=list)
    dim_missions: list[Row] = field(default_factory=list)
    bridge_mission_heroes: list[Row] = field(default_factory=list)
    fact_biometrics: list[Row] = field(default_factory=list)
    obt_cerebro_restored: list[Row] = field(default_factory=list)
    hulk_factor: list[Row] = field(default_factory=list)
    reliability: list[Row] = field(default_factory=list)
    energy_by_name: dict[str, float | None] = field(default_factory=dict)
    missions_by_name: dict[str, tuple[int, float | None]] = field(default_factory=dict)
    loads: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    copies: dict[str, str] = field(default_factory=dict)
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter)


def calculate(
    objects: Mapping[str, bytes] | Iterable[tuple[str, bytes]], mission_duration_minutes: int = 1
) -> Expected:
    """Calculate all expected tables.

    Args:
        objects: (key, bytes) in the order of delivery. A later object of the same key supersedes the earlier one,
            unless it cannot be read. Keys of no dataset are ignored.
        mission_duration_minutes: The minutes that a mission covers, its own included.
    """
    deliveries = objects.items() if isinstance(objects, Mapping) else objects
    in_force: dict[str, Content] = {}
    bytes_of: dict[str, tuple[str, bytes]] = {}
    expected = Expected()
    for key, data in deliveries:
        dataset = dataset_of(key)
        if dataset is None:
            continue
        try:
            in_force[key] = read_object(dataset, data)
            bytes_of[key] = (dataset, data)
        except BrokenObjectError:
            expected.failed.append(key)
    # Equal bytes count once, under the greatest of their keys.
    greatest = {content: key for key, content in sorted((key, bytes_of[key]) for key in bytes_of)}
    expected.copies = {key: greatest[content] for key, content in bytes_of.items() if greatest[content] != key}
    in_force = {key: content for key, content in in_force.items() if key not in expected.copies}
    fill(expected, in_force, mission_duration_minutes)
    return expected


def fill(
    expected: Expected,
    in_force: Mapping[str, Content],
    mission_duration_minutes: int = 1,
    horizon: datetime | None = None,
) -> None:
    """Calculate the tables from what is in force, by key; readings before the horizon only make heroes known."""
    for key, content in in_force.items():
        rejected = sum(content.rejected.values())
        expected.loads[key] = (content.rows_in, len(content.accepted), rejected)
        for reason, rows in content.rejected.items():
            expected.rejections[content.dataset, reason] += rows

    def accepted(dataset: str) -> list[Any]:
        # The key decides which record is the last, never the order of arrival.
        return [row for key in sorted(in_force) if in_force[key].dataset == dataset for row in in_force[key].understood]

    hero_records, mission_records, readings = accepted("heroes"), accepted("missions"), accepted("biometrics")
    hero_ids = canonical_ids(
        {text(record["hero_id"]) for record in hero_records},
        {spelling for record in mission_records for spelling in hero_ids_of(record)}
        | {reading.hero_id for reading in readings},
    )
    expected.dim_heroes = heroes(hero_records, hero_ids)
    expected.dim_missions, expected.bridge_mission_heroes = missions(mission_records, hero_ids)
    kept = [reading for reading in readings if horizon is None or reading.at >= horizon]
    expected.fact_biometrics = minutes(kept, hero_ids)
    expected.obt_cerebro_restored = one_big_table(expected, mission_duration_minutes)
    expected.hulk_factor, expected.reliability = ranked_tables(expected)
    expected.energy_by_name = energy_on_high_risk_missions(expected.obt_cerebro_restored, "hero_name")
    expected.missions_by_name = successful_missions(expected.obt_cerebro_restored, "hero_name")


def canonical_ids(from_heroes: set[Any], from_elsewhere: set[str]) -> dict[str, str]:
    """The hero id of the marts for every hero key."""
    spellings = defaultdict(set)
    for spelling in from_heroes | from_elsewhere:
        spellings[hero_key(spelling)].add(spelling)
    return {key: best_spelling(same, preferred=from_heroes) for key, same in spellings.items()}


def heroes(records: list[Row], hero_ids: dict[str, str]) -> list[Row]:
    """dim_heroes."""
    rows = []
    for key, hero_id in hero_ids.items():
        own = [record for record in records if hero_key(text(record["hero_id"])) == key]
        names = [name for name in (short(text(record.get("name"))) for record in own) if name]
        if names:
            same_name = [name for name in names if hero_key(name) == hero_key(names[-1])]
            hero_name = readable(best_spelling(same_name))
        else:
            hero_name = readable(hero_id.replace("_", " "))
        rows.append(
            {
                "hero_id": hero_id,
                "hero_name": hero_name,
                "alter_ego": last(short(text(record.get("alter_ego"))) for record in own),
                "first_appearance": last(short(text(record.get("first_appearance"))) for record in own),
            }
        )
    return rows


def missions(records: list[Row], hero_ids: dict[str, str]) -> tuple[list[Row], list[Row]]:
    """dim_missions and bridge_mission_heroes."""
    by_id = defaultdict(list)
    for record in records:
        by_id[text(record["mission_id"])].append(record)
    rows, bridge = [], []
    for mission_id, own in by_id.items():
        damage = last(amount(damage_of(record, "structural_damage")) for record in own)
        rows.append(
            {
                "mission_id": mission_id,
                "mission_at": last(instant(record["timestamp"]) for record in own),
                "location": last(short(json_text(record.get("location"))) for record in own),
                "outcome": last(indexable(in_sentence_case(json_text(record.get("outcome")))) for record in own),
                "structural_damage": damage,
                "civilian_injuries": last(amount(damage_of(record, "civilian_injuries")) for record in own),
                "is_high_risk": damage is not None and damage > 10_000,
            }
        )
        named = last(hero_ids_of(record) or None for record in own) or []
        team = {hero_ids[hero_key(spelling)] for spelling in named}
        bridge += [{"mission_id": mission_id, "hero_id": hero_id} for hero_id in team]
    return rows, bridge


def minutes(readings: list[Any], hero_ids: dict[str, str]) -> list[Row]:
    """fact_biometrics."""
    groups = defaultdict(list)
    for reading in readings:
        groups[hero_ids[hero_key(reading.hero_id)], minute_of(reading.at)].append(reading)
    rows = []
    for (hero_id, minute_at), own in groups.items():
        row: Row = {"hero_id": hero_id, "minute_at": minute_at, "reading_count": len(own)}
        for measure in MEASURES:
            values = [getattr(reading, measure) for reading in own if getattr(reading, measure) is not None]
            row[measure] = mean(values)
            row[f"{measure}_min"] = min(values, default=None)
            row[f"{measure}_max"] = max(values, default=None)
        rows.append(row)
    return rows


def one_big_table(expected: Expected, duration: int) -> list[Row]:
    """obt_cerebro_restored."""
    hero_by_id = {row["hero_id"]: row for row in expected.dim_heroes}
    mission_by_id = {row["mission_id"]: row for row in expected.dim_missions}
    fact = {(row["hero_id"], row["minute_at"]): row for row in expected.fact_biometrics}
    triples = []
    on_mission: set[tuple[str, datetime]] = set()
    for participation in expected.bridge_mission_heroes:
        hero_id, mission_id = participation["hero_id"], participation["mission_id"]
        start = minute_of(mission_by_id[mission_id]["mission_at"])
        covered = [start + timedelta(minutes=n) for n in range(duration)]
        with_readings = [minute for minute in covered if (hero_id, minute) in fact]
        on_mission.update((hero_id, minute) for minute in with_readings)
        triples += [(hero_id, minute, mission_id) for minute in with_readings or [start]]
    triples += [(hero_id, minute, None) for hero_id, minute in fact if (hero_id, minute) not in on_mission]
    rows = []
    for hero_id, minute, mission_id in triples:
        hero, mission = hero_by_id[hero_id], mission_by_id.get(mission_id, {})
        measured = fact.get((hero_id, minute), {})
        rows.append(
            {
                "timestamp": minute,
                "hero_id": hero_id,
                "hero_name": hero["hero_name"],
                "alter_ego": hero["alter_ego"],
                "mission_id": mission_id,
                "mission_location": mission.get("location"),
                "mission_outcome": mission.get("outcome"),
                "structural_damage": mission.get("structural_damage"),
                "civilian_injuries": mission.get("civilian_injuries"),
                "is_high_risk": mission.get("is_high_risk"),
                "reading_count": measured.get("reading_count"),
                **{measure: measured.get(measure) for measure in MEASURES},
            }
        )
    return rows


def energy_on_high_risk_missions(rows: list[Row], group: str) -> dict[str, float | None]:
    """The first question, answered for each hero_id or hero_name with a high-risk mission."""
    energies = defaultdict(list)
    for row in rows:
        if row["mission_id"] is not None and (row["structural_damage"] or 0) > 10_000:
            energies[row[group]].append(row["energy_output"])
    return {hero: mean([energy for energy in own if energy is not None]) for hero, own in energies.items()}


def successful_missions(rows: list[Row], group: str) -> dict[str, tuple[int, float | None]]:
    """The second question, answered for each hero_id or hero_name with a successful mission."""
    own_rows = defaultdict(list)
    for row in rows:
        if row["mission_outcome"] == "Successful":
            own_rows[row[group]].append(row)
    return {
        hero: (
            len({row["mission_id"] for row in own}),
            mean([row["stress_level"] for row in own if row["stress_level"] is not None]),
        )
        for hero, own in own_rows.items()
    }


def ranked_tables(expected: Expected) -> tuple[list[Row], list[Row]]:
    """analytics.hulk_factor and analytics.reliability, without the ranks: a row for every hero."""
    energies = energy_on_high_risk_missions(expected.obt_cerebro_restored, "hero_id")
    successes = successful_missions(expected.obt_cerebro_restored, "hero_id")
    hulk_factor, reliability = [], []
    for hero in expected.dim_heroes:
        known = {"hero_id": hero["hero_id"], "hero_name": hero["hero_name"]}
        count, stress = successes.get(hero["hero_id"], (0, None))
        hulk_factor.append(known | {"avg_energy_output": energies.get(hero["hero_id"])})
        reliability.append(known | {"successful_missions_count": count, "avg_stress_level": stress})
    return hulk_factor, reliability


def last(values: Iterable[Any]) -> Any:
    """The last value that is not None, or None."""
    return next((value for value in reversed(list(values)) if value is not None), None)


def hero_ids_of(record: Row) -> list[str]:
    """The hero ids of a mission record, from an array or a single text."""
    named = record.get("hero_ids")
    if isinstance(named, str):
        named = [named]
    if not isinstance(named, list):
        return []
    usable = (json_text(item) for item in named if isinstance(item, str | int | float) and not isinstance(item, bool))
    return [spelling for spelling in usable if spelling]


def short(value: str | None) -> str | None:
    """The text as far as tables show it."""
    return value[:2000] if value else value


def indexable(value: str | None) -> str | None:
    """A text that an index can hold: fewer characters, where they take more bytes."""
    cut = short(value)
    return cut[:650] if cut and len(cut.encode()) > 2600 else cut


def in_sentence_case(value: str | None) -> str | None:
    """The text with a capital at its beginning, if it is in one case."""
    return upper(value[:1]) + lower(value[1:]) if value and value in (lower(value), upper(value)) else value


def damage_of(record: Row, name: str) -> Any:
    """A field of the damage report; None without a report."""
    report = record.get("damage_report")
    return report.get(name) if isinstance(report, dict) else None


def json_text(value: Any) -> str | None:
    """A JSON value as text, as PostgreSQL's ->> returns it."""
    if value is None or isinstance(value, str):
        return text(value)
    return json.dumps(value, default=str)
