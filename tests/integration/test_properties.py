"""Laws 1 to 4 on random landing zones: rerun, order, rebuild and conservation, against the plain calculation.

Random readings with all kinds of dirt are split into random objects with random types, and delivered in random order in
several runs, with repeats, corrections and broken corrections. The tests compare the content of raw, merged to minutes;
a few examples go through dbt, and marts and analytics are compared.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.landing.batches import pack
from include.cerebro.loading.biometrics import BiometricsLoader
from tests.integration.helpers import ORDINARY_TYPES, READING_COLUMNS, Site, make_site, parquet
from tests.oracle import Expected, calculate
from tests.oracle.calculate import minute_of
from tests.oracle.landing import BrokenObjectError, read_object
from tests.oracle.warehouse import LOADS, REJECTIONS, compare, differences

START = datetime(2025, 1, 1, 23, 58, tzinfo=UTC)
# A fixed seed: what passes today passes tomorrow. Shrinking would load thousands of objects.
STEADY = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)

HERO_IDS = st.sampled_from(
    ["hulk", "Hulk", " hulk ", "Spider-Man", "spiderman", "Thor", "1-1", "11", "Ángel", None, "", " \t", "a\0b"]
)
MOMENTS = st.one_of(
    st.integers(0, 30 * 60 * 1000).map(lambda ms: START + timedelta(milliseconds=ms)),
    st.sampled_from([None, START + timedelta(days=-20_000), START + timedelta(minutes=1), "infinity", "-infinity"]),
)
NUMBERS = st.one_of(
    st.integers(0, 300).map(float),
    st.floats(0, 300, allow_subnormal=False),
    st.sampled_from([None, math.nan, math.inf, -math.inf, -1.0, -0.0, 300.5, 1e300, 2.3e-308]),
)
READINGS = st.tuples(MOMENTS, HERO_IDS, NUMBERS, NUMBERS, NUMBERS)


@dataclass
class Delivery:
    """One delivered object."""

    key: str
    body: bytes


def as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return None if value is None else str(value)


@st.composite
def parquet_objects(draw: st.DrawFn) -> bytes:
    """Up to 30 readings with the column types of one kind of sensor, or a broken object."""
    rows = draw(st.lists(READINGS, max_size=30))
    kind = draw(st.sampled_from(["ordinary", "zoned", "text", "decimal", "real", "broken"]))
    if kind == "broken":
        return draw(st.sampled_from([b"", b"PAR1", parquet(rows)[:-6], parquet([("x",)], ["hero_id"], ["varchar"])]))
    if kind == "text":
        return parquet([[as_text(value) for value in row] for row in rows], types=["varchar"] * 5)
    types = {
        "ordinary": ORDINARY_TYPES,
        "zoned": ("timestamptz", *ORDINARY_TYPES[1:]),
        "decimal": ("timestamp_ms", "varchar", "double", "decimal(9, 3)", "double"),
        "real": ("timestamp", "varchar", "real", "real", "real"),
    }[kind]
    return parquet(
        [[fitting(value, name) for value, name in zip(row, types, strict=True)] for row in rows], types=types
    )


def fitting(value: Any, kind: str) -> Any:
    """The value as a column of this type holds it; None if the type cannot."""
    if isinstance(value, datetime):
        return value if kind == "timestamptz" else value.replace(tzinfo=None)
    if kind == "timestamp_ms" and isinstance(value, str):
        return None
    if isinstance(value, float) and (kind == "real" or kind.startswith("decimal")):
        return value if math.isfinite(value) and abs(value) < 1e5 else None
    return value


HERO_FILES = st.lists(
    st.tuples(
        st.sampled_from(["hulk", "HULK", "Spider-Man", "spiderman", " thor", "", "11"]),
        st.sampled_from(["Hulk", "HULK", "the hulk", "", "Thor"]),
    ),
    max_size=4,
).map(
    lambda rows: "\n".join(
        ["hero_id,name,alter_ego,first_appearance", *(f"{i},{n},x,1962" for i, n in rows), ""]
    ).encode()
)

MISSION_FILES = st.lists(
    st.fixed_dictionaries(
        {
            "mission_id": st.sampled_from(["M1", "M2", " M2 ", None]),
            "hero_ids": st.lists(st.sampled_from(["hulk", "SPIDER-MAN", "thor", "loki"]), max_size=3),
            "timestamp": st.integers(0, 5).map(lambda n: (START + timedelta(minutes=n)).isoformat()),
            "outcome": st.sampled_from(["Successful", "Failed", None]),
            "damage_report": st.sampled_from([None, {"structural_damage": 20_000}, {"structural_damage": -1}]),
        }
    ),
    max_size=4,
).map(lambda missions: json.dumps(missions).encode())


def deliveries(contents: st.SearchStrategy[bytes], keys: list[str], max_size: int) -> st.SearchStrategy[list[Delivery]]:
    """Objects in the order of their delivery; a repeated key is a repeat or a correction."""
    return st.lists(st.builds(Delivery, st.sampled_from(keys), contents), min_size=1, max_size=max_size)


BIOMETRICS = deliveries(
    parquet_objects(),
    ["biometrics.parquet", "biometrics/a b.parquet", "biometrics/c/[d]*.parquet", "biometrics/é?=1.parquet"],
    7,
)
# Few keys, so that the second run corrects objects of the first.
CORRECTED_BIOMETRICS = deliveries(parquet_objects(), ["biometrics.parquet", "biometrics/a b.parquet"], 5)


@pytest.fixture(scope="module")
def fresh_site(services: dict[str, str]) -> Iterator[Any]:
    """A function that empties landing zone, quarantine and warehouse: cheaper than new ones for every example."""
    made = make_site(services)

    def emptied() -> Site:
        for key in made.contents():
            made.remove(key)
        empty_raw(made)
        return made

    yield emptied
    made.drop()


def empty_raw(site: Site) -> None:
    with site.superuser() as cursor:
        cursor.execute(
            "truncate raw.loads, raw.heroes, raw.missions, raw.biometrics, raw.load_hours, raw.rejections,"
            " raw.invalid_measures, meta.listings cascade"
        )


def load_in_batches(site: Site, chance: random.Random) -> None:
    """Load what is new in random batches in random order, some of them twice."""
    objects = [stored for batch in site.discover().biometrics for stored in batch]
    chance.shuffle(objects)
    batches = list(pack(objects, site.settings.batch_bytes, chance.randint(1, 4)))
    for batch in batches + chance.sample(batches, len(batches) // 2):
        BiometricsLoader(site.load_site).load(batch)


def expected_minutes(delivered: list[tuple[str, bytes]]) -> list[dict[str, Any]]:
    """The expected minutes of raw, with the hero ids as delivered."""
    in_force: dict[str, Any] = {}
    for key, body in delivered:
        try:
            in_force[key] = (read_object("biometrics", body), body)
        except BrokenObjectError:
            continue
    groups: dict[tuple[str, datetime], list[Any]] = {}
    # Equal bytes count once.
    for content in {body: content for content, body in in_force.values()}.values():
        for reading in content.accepted:
            groups.setdefault((reading.hero_id, minute_of(reading.at)), []).append(reading)
    return [
        {"hero_id": hero_id, "minute_at": minute_at, **summary(own)} for (hero_id, minute_at), own in groups.items()
    ]


def summary(readings: list[Any]) -> dict[str, Any]:
    row: dict[str, Any] = {"reading_count": len(readings)}
    for measure in READING_COLUMNS[2:]:
        values = [value for reading in readings if (value := getattr(reading, measure)) is not None]
        row[measure] = math.fsum(values) / len(values) if values else None
        row[f"{measure}_min"], row[f"{measure}_max"] = min(values, default=None), max(values, default=None)
    return row


def check_raw(site: Site, delivered: list[tuple[str, bytes]]) -> Expected:
    """Compare ledger, rejections and merged minutes with the plain calculation; check conservation in the ledger."""
    expected = calculate(delivered)
    loads = {expected.copies.get(key, key): tuple(counts) for key, *counts in site.rows(LOADS)}
    assert loads == expected.loads
    assert {(dataset, reason): rows for dataset, reason, rows in site.rows(REJECTIONS)} == expected.rejections
    wanted = expected_minutes(delivered)
    names = ["reading_count"] + [f"{measure}{part}" for measure in READING_COLUMNS[2:] for part in ("", "_min", "_max")]
    there = [dict(zip(["hero_id", "minute_at", *names], row, strict=True)) for row in site.merged_minutes()]
    assert compare("raw", wanted, there, ("hero_id", "minute_at")) == []
    readings_in = sum(rows_in for rows_in, _, _ in expected.loads.values())
    rejected = sum(rejected for _, _, rejected in expected.loads.values())
    assert readings_in == rejected + sum(row["reading_count"] for row in there)
    return expected


@settings(STEADY, max_examples=8)
@given(runs=st.lists(BIOMETRICS, min_size=1, max_size=3), seed=st.integers(0, 1 << 30))
def test_raw_depends_only_on_the_delivered_objects(fresh_site: Any, runs: list[list[Delivery]], seed: int) -> None:
    site = fresh_site()
    chance = random.Random(seed)
    ingested: list[tuple[str, bytes]] = []
    for run in runs:
        # Of several versions of a key between two runs, only the last is listed.
        last_versions = {delivery.key: delivery.body for delivery in run}
        for delivery in run:
            site.put(delivery.key, delivery.body)
        load_in_batches(site, chance)
        ingested += last_versions.items()
        if chance.random() < 0.3:
            site.remove(run[0].key)
    # Order and conservation, whatever the batches and repeats were.
    check_raw(site, ingested)
    # Rerun: nothing is written.
    loads = "select load_id, xmin::text from raw.loads where status = 'loaded' order by load_id"
    before = site.rows(loads)
    load_in_batches(site, chance)
    assert site.rows(loads) == before
    # Rebuild: from the objects that are there now, in one run.
    empty_raw(site)
    site.load()
    check_raw(site, list(site.contents().items()))


@settings(STEADY, max_examples=2)
@given(
    runs=st.lists(
        st.tuples(
            CORRECTED_BIOMETRICS,
            deliveries(HERO_FILES, ["heroes.csv", "heroes/b.csv"], 2),
            deliveries(MISSION_FILES, ["mission_logs.json", "mission_logs/b.json"], 2),
        ),
        min_size=2,
        max_size=2,
    )
)
def test_marts_depend_only_on_the_delivered_objects(fresh_site: Any, runs: list[Any]) -> None:
    """dbt builds after every run, so that late-arriving and corrected data reach existing tables."""
    site = fresh_site()
    # Enough rows that later ones are few beside them: dbt rebuilds a table whose data have doubled.
    base = parquet([(f"2024-12-31 12:{n % 60:02d}:00", "Thor", 80, 20, n) for n in range(400)])
    site.put("biometrics/base.parquet", base)
    for run in runs:
        for delivery in (delivery for objects in run for delivery in objects):
            site.put(delivery.key, delivery.body)
        site.restore()
    last_of_run = [("biometrics/base.parquet", base)]
    for run in runs:
        last_of_run += {d.key: d.body for objects in run for d in objects}.items()
    check_conservation(site.warehouse, "at the end")
    assert differences(calculate(last_of_run), site.warehouse_uri) == []
