"""Every version of PostgreSQL that is supported: set up, loaded, transformed and asked."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from include.cerebro.checking.answers import read_answers
from tests.integration.helpers import Site, make_site, parquet
from tests.integration.packages import postgresql
from tests.integration.postgres_server import postgres_server
from tests.integration.samples import HEROES, MISSION, NOON, one_reading


# The tests' own server is 16 already.
@pytest.fixture(
    params=[pytest.param(16, marks=pytest.mark.long), pytest.param(17, marks=pytest.mark.long), 18], ids=str
)
def site(request: pytest.FixtureRequest, services: dict[str, str]) -> Iterator[Site]:
    with postgres_server("host all all 127.0.0.1/32 trust\n", postgresql(request.param)) as server:
        (version,) = server.execute("show server_version")
        assert version[0].startswith(f"{request.param}.")
        server.execute("create role cerebro login createrole")
        uri = f"postgresql://{{}}@127.0.0.1:{server.port}/postgres"
        made = make_site(
            services | {"WAREHOUSE_URI": uri.format("cerebro"), "POSTGRES_SUPERUSER_URI": uri.format("postgres")}
        )
        yield made
        made.drop()


def test_the_main_job_on_every_version(site: Site) -> None:
    damaging = MISSION | {"outcome": "Successful", "damage_report": {"structural_damage": 20_000}}
    site.put_all(
        {
            "heroes.csv": HEROES,
            "mission_logs.json": json.dumps([damaging]).encode(),
            "biometrics.parquet": one_reading(at="2025-01-01 00:00:30"),
            "biometrics/dirty.parquet": parquet([(NOON, "hulk", 80, 10, 100), (NOON, " ", 80, 10, 100)]),
        }
    )
    assert site.restore().failed == []
    answers = read_answers(site.warehouse)
    assert answers["The Hulk Factor"]["hero_name"] == "Hulk"
    assert answers["Reliability"]["successful_missions_count"] == 1
    assert site.load().objects == 0
