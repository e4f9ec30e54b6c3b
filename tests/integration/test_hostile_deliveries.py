"""Hostile files at random through the whole job: load, dbt with its tests, and conservation, against the oracle.

No exception but the objects' own escapes, every other object is loaded, and what analysts read is what the plain
calculation says. All files of a test are objects of one landing zone, because dbt takes half a minute.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.hostile.parquet import parquet_files
from tests.hostile.texts import hero_files, mission_files
from tests.integration.helpers import Site, parquet
from tests.oracle import calculate
from tests.oracle.warehouse import differences

GOOD = {
    "heroes.csv": b"hero_id,name,alter_ego,first_appearance\nvision,Vision,,1968\n",
    "mission_logs.json": b'[{"mission_id": "good", "hero_ids": ["vision"], "timestamp": "2025-01-01T12:00:00Z"}]',
    "biometrics.parquet": parquet([("2025-01-01 12:00:00", "vision", 80, 10, 100)]),
}


def examples(files: st.SearchStrategy[bytes], number: int) -> list[bytes]:
    """Some files of a strategy, always the same."""
    found: list[bytes] = []

    @settings(
        deadline=None,
        derandomize=True,
        database=None,
        max_examples=number,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(files)
    def collect(body: bytes) -> None:
        found.append(body)

    collect()
    return found


@pytest.mark.long
@pytest.mark.parametrize("number", [40, pytest.param(400, marks=pytest.mark.timeout(1800))])
def test_the_whole_job_on_hostile_files(site: Site, number: int) -> None:
    landing: dict[str, bytes] = {}
    strategies: dict[str, Any] = {
        "heroes/{}.csv": hero_files(),
        "mission_logs/{}.json": mission_files(),
        "biometrics/{}.parquet": parquet_files(),
    }
    for key, files in strategies.items():
        landing |= {key.format(place): body for place, body in enumerate(examples(files, number))}
    expected = calculate(landing | GOOD)
    # Half of them first: the rest are late-arriving, and dbt builds on what is there.
    site.put_all(GOOD | dict(list(landing.items())[::2]))
    failed = site.restore().failed
    site.put_all(landing)
    failed += site.restore().failed
    assert sorted(failed) == sorted(expected.failed)
    # Many of the smallest files are equal to each other, and equal bytes are loaded once.
    assert number // 2 < len(site.rows("select from raw.current_loads"))
    assert differences(expected, site.warehouse_uri) == []
