"""The sample data on a real S3 server: reproducible, with every kind of dirt, with clear answers."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from include.cerebro.landing.listing import list_objects
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import read_settings
from include.cerebro.sample_data.writer import Dataset, SampleSize, write_sample
from include.cerebro.zones.places import Place
from tests.oracle import Expected, calculate

SMALL = SampleSize(heroes=4, missions=24, hours=4)


@pytest.fixture(scope="module")
def store(services: dict[str, str]) -> ObjectStore:
    return ObjectStore(
        endpoint_url=services["S3_ENDPOINT_URL"],
        access_key_id=services["AWS_ACCESS_KEY_ID"],
        secret_access_key=services["AWS_SECRET_ACCESS_KEY"],
    )


@pytest.fixture
def bucket(store: ObjectStore) -> Iterator[str]:
    name = f"sample-{os.urandom(4).hex()}"
    client = store.client()
    client.create_bucket(Bucket=name)
    yield name
    for listed in list_objects(client, name, ""):
        client.delete_object(Bucket=name, Key=listed.key)
    client.delete_bucket(Bucket=name)


def write(store: ObjectStore, bucket: str, size: SampleSize) -> dict[str, Any]:
    datasets: tuple[Dataset, ...] = ("heroes", "missions", "biometrics")
    return {dataset: write_sample(store, Place(bucket), dataset, size, read_settings()) for dataset in datasets}


def contents(store: ObjectStore, bucket: str) -> dict[str, bytes]:
    client = store.client()
    return {
        listed.key: client.get_object(Bucket=bucket, Key=listed.key)["Body"].read()
        for listed in list_objects(client, bucket, "")
    }


def listing(store: ObjectStore, bucket: str) -> set[Any]:
    """All objects, without the time at which each was written."""
    return {listed._replace(landed_at=None) for listed in list_objects(store.client(), bucket, "")}


def test_the_same_parameters_give_the_same_etags(store: ObjectStore, bucket: str) -> None:
    write(store, bucket, SMALL)
    first = listing(store, bucket)
    write(store, bucket, SMALL)
    assert listing(store, bucket) == first
    write(store, bucket, SampleSize(heroes=4, missions=24, hours=4, seed=43))
    assert not {version.etag for version in listing(store, bucket)} & {
        version.etag for version in first if version.key.startswith("biometrics")
    }


def test_the_report_matches_the_written_objects(store: ObjectStore, bucket: str) -> None:
    written = write(store, bucket, SMALL)
    there = listing(store, bucket)
    assert sum(part.objects for part in written.values()) == len(there)
    assert sum(part.size_bytes for part in written.values()) == sum(version.size_bytes for version in there)
    assert written["biometrics"].rows == 4 * 4 * 3600


def test_the_sample_has_every_kind_of_dirt_and_nothing_broken(store: ObjectStore, bucket: str) -> None:
    write(store, bucket, SMALL)
    objects = contents(store, bucket)
    expected = calculate(objects)
    assert expected.failed == []
    assert set(expected.rejections) == {
        ("heroes", "missing_hero_id"),
        ("missions", "missing_mission_id"),
        ("missions", "invalid_timestamp"),
        ("biometrics", "missing_hero_id"),
        ("biometrics", "invalid_timestamp"),
        ("biometrics", "no_usable_measure"),
    }
    assert conserved(expected, 4 * 4 * 3600)
    # Four heroes under many spellings are four heroes, under the names that everybody knows.
    assert {hero["hero_name"] for hero in expected.dim_heroes} == {
        "Hulk",
        "Spider-Man",
        "Captain America",
        "Iron Man",
    }
    assert len(expected.fact_biometrics) == 4 * 4 * 60
    assert len(expected.dim_missions) == 24
    keys = "".join(objects)
    assert [character for character in " '\"%+=[]üß" if character not in keys] == []


READINGS = """
    select
        "timestamp"::varchar as "timestamp",
        hero_id,
        heart_rate::varchar as heart_rate,
        energy_output::varchar as energy_output,
        typeof("timestamp") || ' ' || typeof(heart_rate) as types
    from read_parquet(?, hive_partitioning = false)
"""


def test_readings_are_dirty_in_every_way(store: ObjectStore, bucket: str) -> None:
    write(store, bucket, SMALL)
    keys = [version.key for version in listing(store, bucket) if version.key.startswith("biometrics")]
    with duckdb_session(read_settings(), store) as connection:
        readings = [row for key in keys for row in connection.execute(READINGS, [f"s3://{bucket}/{key}"]).fetchall()]
    timestamps, hero_ids, heart_rates, energies, types = (set(column) for column in zip(*readings, strict=True))
    assert {None, "infinity", "not synchronised"} <= timestamps
    assert {" ", None, "HULK", "hulk", "Spider-Man", "spiderman", "\tspider-man "} <= hero_ids
    assert {"nan", "inf", "999.0", "-5.0", "999", "n/a"} <= heart_rates
    assert {None, "nan", "-inf", "-250.0", "-250", ""} <= energies
    assert types == {
        "TIMESTAMP DOUBLE",
        "TIMESTAMP INTEGER",
        "TIMESTAMP WITH TIME ZONE DECIMAL(9,1)",
        "VARCHAR VARCHAR",
        "TIMESTAMP_NS FLOAT",
    }


@pytest.mark.long
@pytest.mark.parametrize("size", [SampleSize(1, 1, 1), SampleSize(2, 1, 49), SampleSize(12, 30, 2, dirt=False)])
def test_no_size_is_too_small(store: ObjectStore, bucket: str, size: SampleSize) -> None:
    write(store, bucket, size)
    expected = calculate(contents(store, bucket))
    assert expected.failed == []
    assert len(expected.dim_heroes) == size.heroes
    assert len(expected.dim_missions) == size.missions
    assert conserved(expected, size.heroes * size.hours * 3600)
    assert bool(expected.rejections) == size.dirt


def test_the_default_sample_has_clear_answers(store: ObjectStore, bucket: str) -> None:
    write(store, bucket, SampleSize())
    expected = calculate(contents(store, bucket))
    energies = sorted(((energy or 0, name) for name, energy in expected.energy_by_name.items()), reverse=True)
    assert energies[0][1] == "Hulk"
    counts = sorted((count for count, _ in expected.missions_by_name.values()), reverse=True)
    assert counts[0] > counts[1], "the second question must have one answer"
    outcomes = {mission["outcome"] for mission in expected.dim_missions}
    assert {"Successful", "Failed", "Partial"} <= outcomes
    risky = [mission for mission in expected.dim_missions if mission["is_high_risk"]]
    assert 5 <= len(risky) <= 25


def conserved(expected: Expected, readings: int) -> bool:
    accepted = sum(row["reading_count"] for row in expected.fact_biometrics)
    rejected = sum(rows for (dataset, _), rows in expected.rejections.items() if dataset == "biometrics")
    return accepted + rejected == readings
