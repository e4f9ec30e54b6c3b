"""Months that leave raw are in the archive before, without heroes who were forgotten, and come back as they were."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.landing.listing import list_objects
from include.cerebro.maintenance.archive import Archive
from include.cerebro.maintenance.erasure.archive import Cleaned, clean_archive
from include.cerebro.maintenance.reprocess.archived import ArchiveIncompleteError, Restoring, first_month
from include.cerebro.maintenance.retention import archive as writing
from include.cerebro.maintenance.retention.minutes import drop_minutes, move_horizon
from include.cerebro.zones.places import Place
from tests.integration.helpers import Site, copy_site, parquet_rows
from tests.integration.test_forget_hero import forget
from tests.integration.test_retention import APRIL, MARCH, RAW, built, readings

BIOMETRICS = "select * from raw.biometrics order by load_id, minute_at, hero_id"
INSTANTS = "select * from raw.instants order by load_id, minute_at, hero_id"
FILES = "select archive_key, rows, restored_at is not null from meta.archive_files order by archive_key"
PREFIX = "_archive/"


@pytest.fixture(scope="module")
def delivered(prepared_site: Site) -> Iterator[Site]:
    """Four months of readings with their instants, and a late object of the first. Only copies of it are changed."""
    site = copy_site(prepared_site)
    site.zone_fields = {"overlap": "reject"}
    for month in range(1, 5):
        heroes = ["hulk", "thor"] + (['lo"ki\n'] if month == 1 else [])
        site.put(f"biometrics/{month}.parquet", readings(*heroes, month=month, pulse=80.1))
    site.restore()
    yield site
    site.drop()


@pytest.fixture
def site(delivered: Site) -> Iterator[Site]:
    """A delivered landing zone, for this test alone. Its archive is a folder of the quarantine's bucket."""
    made = copy_site(delivered)
    made.changed["archive_bucket"] = f"{made.quarantine_bucket}/{PREFIX}"
    yield made
    made.drop()


def archive(site: Site) -> Archive:
    found = Archive.of(site.settings, site.store)
    assert found
    return found


def retire(site: Site, until: datetime = MARCH, run_id: str = "retain") -> dict[str, int]:
    """Do what the DAG does for readings."""
    if move_horizon(site.warehouse, until, run_id, months=12):
        site.restore()
    dropped = drop_minutes(site.warehouse, until, run_id, archive(site))
    check_conservation(site.warehouse, f"run {site.run_count} after {run_id}")
    return dropped


def archived(site: Site) -> dict[str, list[dict[str, Any]]]:
    """The rows of every file in the archive."""
    return {
        stored.key.removeprefix(PREFIX): parquet_rows(
            site.client.get_object(Bucket=site.quarantine_bucket, Key=stored.key)["Body"].read()
        )
        for stored in list_objects(site.client, site.quarantine_bucket, PREFIX)
    }


def test_what_leaves_is_in_the_archive(site: Site) -> None:
    minutes, instants = site.rows(BIOMETRICS), site.rows(INSTANTS)
    assert retire(site) == {"months": 2, "minutes": 15}
    files = archived(site)
    assert {key: len(rows) for key, rows in files.items()} == {
        "before-2025-02-01/biometrics-2025-01-10.parquet": 9,
        "before-2025-02-01/instants-2025-01-10.parquet": 9,
        "before-2025-03-01/biometrics-2025-02-10.parquet": 6,
        "before-2025-03-01/instants-2025-02-10.parquet": 6,
    }
    assert site.rows(FILES) == [(PREFIX + key, len(rows), False) for key, rows in files.items()]
    # Every column of the rows that left, and the object that each is of.
    source = dict(site.rows("select load_id, (landing_zone, object_key, etag)::text from raw.loads"))
    for table, before in (("biometrics", minutes), ("instants", instants)):
        rows = [tuple(row.values()) for key, rows in files.items() if f"/{table}" in key for row in rows]
        assert [row[:-3] for row in rows] == before[:15]
        assert {row[0]: "({},{},{})".format(*row[-3:]) for row in rows}.items() <= source.items()
    assert site.rows(BIOMETRICS) == minutes[15:]
    assert site.rows(INSTANTS) == instants[15:]
    assert site.rows("select horizon, objects, rows from raw.retentions where layer = 'minutes' order by 1") == [
        (datetime(2025, 2, 1, tzinfo=UTC), 1, 9),
        (MARCH, 1, 6),
    ]


def restore(site: Site, first: datetime | None = None, run_id: str = "reprocess") -> dict[str, int]:
    """Do what the DAG does: bring back, and run the main job."""
    restoring = Restoring(first, site.settings, site.store, site.warehouse, run_id)
    outcome = restoring.run()
    site.restore()
    return outcome


def test_what_comes_back_is_what_it_was(site: Site) -> None:
    before, raw = built(site), {query: site.rows(query) for query in (BIOMETRICS, INSTANTS)}
    retire(site)
    assert Restoring(None, site.settings, site.store, site.warehouse, "dry").summary() == {
        "months": 2, "files": 4, "minutes": 15,
    }  # fmt: skip
    assert restore(site) == {"objects": 2, "months": 2, "minutes": 15}
    assert {query: site.rows(query) for query in raw} == raw
    assert built(site) == before
    assert site.rows("select sum(objects)::int, sum(rows)::int from raw.retentions where layer = 'minutes'") == [(0, 0)]
    # Once more: a cleared task, and another run.
    assert restore(site) == {"objects": 2, "months": 2, "minutes": 15}
    assert restore(site, run_id="another") == {"objects": 0, "months": 0, "minutes": 0}
    assert {query: site.rows(query) for query in raw} == raw
    # The term is short again: the same files, and the same rows once more.
    assert retire(site) == {"months": 2, "minutes": 15}
    assert [row[1:] for row in site.rows(FILES)] == [(9, False), (9, False), (6, False), (6, False)]
    assert restore(site, MARCH, run_id="too late") == {"objects": 0, "months": 0, "minutes": 0}
    february = datetime(2025, 2, 1, tzinfo=UTC)
    assert restore(site, february, run_id="one month") == {"objects": 1, "months": 1, "minutes": 6}
    assert site.rows(RAW) == [("02", 6), ("03", 6), ("04", 6)]
    assert site.rows("select min(minute_at) from marts.fact_biometrics")[0][0] > february
