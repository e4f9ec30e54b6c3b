"""A load of an object of 2 GB takes less than 1 GiB of memory, whatever the format, and whatever is in it."""

from __future__ import annotations

from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.measure import measure
from tests.integration import big_objects as big
from tests.integration.helpers import Site, parquet

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]

MOST_MIB = 1024


class Loaded(NamedTuple):
    """What a load came to."""

    failed: list[str]
    rows_loaded: int
    rows_rejected: int


def load(site: Site) -> Loaded:
    """Load what is new. It runs in a process of its own."""
    result = site.load()
    return Loaded(result.failed, result.rows_loaded, result.rows_rejected)


def load_file(site: Site, path: Path, key: str) -> Loaded:
    """Deliver a file, load it, and check the memory that this took."""
    with path.open("rb") as body:
        site.client.put_object(Bucket=site.bucket, Key=key, Body=body)
    path.unlink()
    measured = measure(partial(load, site))
    print(f"{key}: {measured.peak_mib:.0f} MiB in {measured.wall_s:.0f} s; {measured.result}")
    assert measured.peak_mib < MOST_MIB
    loaded: Any = measured.result
    return Loaded(*loaded)


def check_texts(loaded: Loaded, texts: big.Texts, too_long: bool = True) -> None:
    records = sum(1 for _ in texts.records())
    rejected = 2 * (big.REJECTED_BYTES // len(texts.rejected) // 2) + too_long
    assert loaded == ([], records - rejected, rejected)


@pytest.mark.parametrize(
    ("arrangement", "extension"),
    [("array", ".json"), ("lines", ".jsonl"), ("wrapped", ".json"), ("lines", ".ndjson.gz"), ("array", ".json.zst")],
)
def test_missions(site: Site, tmp_path: Path, arrangement: str, extension: str) -> None:
    texts = big.missions()
    big.write_text(path := tmp_path / f"missions{extension}", big.arranged(texts.records(), arrangement))
    check_texts(load_file(site, path, f"mission_logs/big{extension}"), texts)


@pytest.mark.parametrize("extension", [".csv", ".csv.gz", ".csv.zst"])
def test_heroes(site: Site, tmp_path: Path, extension: str) -> None:
    texts = big.heroes()
    big.write_text(path := tmp_path / f"heroes{extension}", chain([big.HEADER], texts.records()))
    check_texts(load_file(site, path, f"heroes/big{extension}"), texts)


def test_rejected_records_of_16_mb(site: Site, tmp_path: Path) -> None:
    large = big.mission('"' + "x" * big.RECORD_CHARACTERS + '"', "")
    number = big.SIZE_BYTES // len(large)
    records = [*([large] * number), big.mission('""')]
    big.write_text(path := tmp_path / "missions.jsonl", big.arranged(iter(records), "lines"))
    assert load_file(site, path, "mission_logs.jsonl") == ([], 1, number)


LONG_TEXT = f", case when n % 500 = 0 then repeat('x', {big.RECORD_CHARACTERS}) end as notes"
READINGS = 50_000_000
USUAL = partial(big.write_readings, readings=READINGS)
RECORDS_OF_16_MB = partial(big.write_readings, readings=60_000, more=LONG_TEXT, row_group=2048)


@pytest.mark.parametrize(
    ("write", "zone"),
    [
        pytest.param(USUAL, {}, id="usual"),
        pytest.param(partial(big.write_one_row_group, readings=READINGS), {}, id="one row group"),
        pytest.param(USUAL, {"overlap": "reject"}, id="overlap rejected"),
        pytest.param(RECORDS_OF_16_MB, {}, id="records of 16 MB"),
        pytest.param(RECORDS_OF_16_MB, {"rules": {"extra_columns": "rescue"}}, id="records of 16 MB rescued"),
    ],
)
def test_biometrics(site: Site, tmp_path: Path, write: Any, zone: dict[str, Any]) -> None:
    site.zone_fields = zone
    write(path := tmp_path / "readings.parquet")
    readings = write.keywords["readings"]
    assert load_file(site, path, "biometrics.parquet") == ([], readings - readings // 10, readings // 10)


def test_a_row_group_that_does_not_fit_fails_alone(site: Site, tmp_path: Path) -> None:
    """DuckDB's own writer makes pages of 100 MB, where it may."""
    site.put("biometrics/good.parquet", parquet([("2025-01-01 00:00:01", "Hulk", 80, 10, 100)]))
    big.write_readings(path := tmp_path / "readings.parquet", READINGS, row_group=READINGS)
    assert load_file(site, path, "biometrics/big.parquet") == (["biometrics/big.parquet"], 1, 0)
    assert "Write it with row groups of at most 134 MB" in site.errors()["biometrics/big.parquet"]
