"""Months that leave raw are in the archive before, without heroes who were forgotten, and come back as they were."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.landing.listing import list_objects
from include.cerebro.maintenance.archive import Archive
from include.cerebro.maintenance.erasure import archive as cleaning
from include.cerebro.maintenance.erasure.archive import Cleaned, clean_archive
from include.cerebro.maintenance.reprocess.archived import Restoring
from include.cerebro.maintenance.reprocess.archived_file import ArchiveIncompleteError
from include.cerebro.maintenance.retention import archive as writing
from include.cerebro.maintenance.retention.minutes import drop_minutes, move_horizon
from include.cerebro.platform.errors import NotConservedError
from tests.integration.helpers import Site, copy_site, parquet_rows
from tests.integration.test_forget_hero import forget
from tests.integration.test_released_rows import decide
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
        heroes = ["hulk", "thor"] + (['lo"k\ni'] if month == 1 else [])
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


@pytest.mark.long
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


def test_a_run_that_is_killed_is_repeated(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once in the store, once between store and commit, once with a file that lost a row on its way."""
    raw = {query: site.rows(query) for query in (BIOMETRICS, INSTANTS)}
    put = writing._put
    calls = []

    def killed(*arguments: Any) -> None:
        put(*arguments)
        calls.append(arguments)
        if len(calls) == 2:
            raise ConnectionError("killed")

    monkeypatch.setattr(writing, "_put", killed)
    with pytest.raises(ConnectionError):
        retire(site)
    monkeypatch.setattr(writing, "_put", put)
    orphans = archived(site)
    assert len(orphans) == 2
    assert site.rows(FILES) == []
    monkeypatch.setattr(writing, "count", lambda *_: 5)
    with pytest.raises(NotConservedError, match="Nothing was deleted"):
        retire(site)
    monkeypatch.undo()
    with site.superuser() as cursor:
        cursor.execute(
            "create function public.break() returns trigger language plpgsql as"
            " $$ begin raise exception 'killed'; end $$"
        )
        cursor.execute(
            "create trigger broken before insert on raw.retentions for each row when (new.layer = 'minutes')"
            " execute function public.break()"
        )
    with pytest.raises(Exception, match="killed"):
        retire(site)
    site.rows("drop trigger broken on raw.retentions; select 1")
    assert {query: site.rows(query) for query in raw} == raw
    assert site.rows(FILES) == []
    check_conservation(site.warehouse, "killed")
    assert retire(site) == {"months": 2, "minutes": 15}
    assert archived(site).items() >= orphans.items()
    assert len(site.rows(FILES)) == 4


@pytest.mark.long
def test_what_arrives_meanwhile_stays_for_the_next_month(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    put = writing._put

    def delivering(*arguments: Any) -> None:
        if not site.rows("select from raw.loads where object_key = 'biometrics/late.parquet'"):
            site.put("biometrics/late.parquet", readings("hulk", month=1, pulse=120))
            site.zone_fields = {}
            site.load()
        put(*arguments)

    if move_horizon(site.warehouse, APRIL, "retain", months=12):
        site.restore()
    monkeypatch.setattr(writing, "_put", delivering)
    first = datetime(2025, 2, 1, tzinfo=UTC)
    assert drop_minutes(site.warehouse, first, "retain", archive(site)) == {"months": 1, "minutes": 9}
    assert site.rows(RAW) == [("01", 3), ("02", 6), ("03", 6), ("04", 6)]
    assert drop_minutes(site.warehouse, MARCH, "retain", archive(site)) == {"months": 1, "minutes": 9}
    late = {key: rows for key, rows in archived(site).items() if "before-2025-03-01/biometrics" in key}
    assert [(len(rows), rows[0]["object_key"]) for rows in late.values()] == [
        (3, "biometrics/late.parquet"),
        (6, "biometrics/2.parquet"),
    ]
    site.transform()
    before = site.rows(BIOMETRICS)
    assert restore(site)["minutes"] == 18
    assert site.rows(RAW) == [("01", 12), ("02", 6), ("03", 6), ("04", 6)]
    assert site.rows("select sum(reading_count)::int from marts.fact_biometrics") == [(30,)]
    assert len(site.rows(BIOMETRICS)) == len(before) + 18


def test_a_forgotten_hero_leaves_the_archive(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    retire(site)
    # A file of a step that never committed has the hero, too, and so has one of an earlier setting.
    orphan = f"{PREFIX}before-2024-01-01/biometrics-2023-12-31.parquet"
    key = f"{PREFIX}before-2025-03-01/biometrics-2025-02-10.parquet"
    held = site.client.get_object(Bucket=site.quarantine_bucket, Key=key)
    site.client.put_object(Bucket=site.quarantine_bucket, Key=orphan, Body=held["Body"].read())
    erasure = forget(site, "hu.lk")
    # Killed once the first file is in the store.
    with monkeypatch.context() as patched:
        patched.setattr(cleaning.log, "info", None)
        with pytest.raises(TypeError):
            clean_archive(site.warehouse, site.store, site.settings, erasure.erasure_id)
    assert clean_archive(site.warehouse, site.store, site.settings, erasure.erasure_id) == Cleaned(5, 5 * 3)
    files = archived(site)
    assert {row["hero_id"] for rows in files.values() for row in rows} == {"thor", 'lo"k\ni'}
    assert [row[1] for row in site.rows(FILES)] == [len(rows) for rows in files.values()][1:]
    assert site.rows("select erasure_id, sum(rows)::int from meta.erasure_archive_files group by 1") == [
        (erasure.erasure_id, 15)
    ]
    # Once more, and with the setting gone: nothing is left to do.
    site.changed["archive_bucket"] = ""
    assert clean_archive(site.warehouse, site.store, site.settings, erasure.erasure_id) == Cleaned(5, 15)
    check_conservation(site.warehouse, "forgotten")
    assert restore(site)["minutes"] == 9
    assert site.rows("select distinct hero_id from raw.biometrics order by 1") == [('lo"k\ni',), ("thor",)]
    assert site.rows("select sum(reading_count)::int from marts.fact_biometrics") == [(15,)]


@pytest.mark.long
def test_a_hero_does_not_come_back_with_a_file_of_before(site: Site) -> None:
    """Somebody has restored the archive from a backup."""
    retire(site)
    key = f"{PREFIX}before-2025-03-01/biometrics-2025-02-10.parquet"
    backup = site.client.get_object(Bucket=site.quarantine_bucket, Key=key)["Body"].read()
    erasure = forget(site)
    site.client.put_object(Bucket=site.quarantine_bucket, Key=key, Body=backup)
    assert restore(site)["minutes"] == 9
    assert site.rows("select count(*) from raw.biometrics where hero_id = 'hulk'") == [(0,)]
    assert erasure.counts.readings == 12


@pytest.mark.long
def test_rows_of_loads_that_took_them_over_come_back_to_these(site: Site) -> None:
    """A release of rows, and bytes that move to another key, copy what raw has of a load; the archive has the rest."""
    site.zone_fields = {}
    site.put("biometrics/bad.parquet", readings("thor", None, month=1))
    site.put("biometrics/copied.parquet", readings("hulk", month=2, pulse=99))
    site.restore()
    site.put("biometrics/twin.parquet", readings("hulk", month=2, pulse=99))
    site.restore()
    before = site.rows("select sum(reading_count)::int from marts.fact_biometrics")
    retire(site)
    assert decide(site, key="biometrics/bad.parquet", hero_id="thor")["rows_released"] == 3
    site.put("biometrics/copied.parquet", readings("hulk", month=4, pulse=99))
    site.restore()
    restore(site)
    after = site.rows("select sum(reading_count)::int from marts.fact_biometrics")
    assert after[0][0] == before[0][0] + 3 + 3
    assert site.rows("select count(*)::int from raw.biometrics join raw.current_loads using (load_id)"
                     " where object_key = 'biometrics/bad.parquet'") == [(6,)]  # fmt: skip


@pytest.mark.long
def test_what_is_not_in_the_archive_is_named(site: Site) -> None:
    february = datetime(2025, 2, 1, tzinfo=UTC)
    move_horizon(site.warehouse, MARCH, "retain", months=12)
    site.restore()
    # The first month went without an archive.
    drop_minutes(site.warehouse, february, "retain")
    retire(site)
    with pytest.raises(ArchiveIncompleteError, match="before 2025-02-01 were dropped without an archive"):
        restore(site)
    raw = site.rows(BIOMETRICS)
    key = f"{PREFIX}before-2025-03-01/biometrics-2025-02-10.parquet"
    body = site.client.get_object(Bucket=site.quarantine_bucket, Key=key)["Body"].read()
    other = parquet_rows(body)
    assert len(other) == 6
    site.client.delete_object(Bucket=site.quarantine_bucket, Key=key)
    with pytest.raises(ArchiveIncompleteError, match="is gone from the archive"):
        restore(site, february)
    site.client.put_object(Bucket=site.quarantine_bucket, Key=key, Body=body)
    # Another warehouse has the number of the load for another object.
    with site.superuser() as cursor:
        cursor.execute("alter table raw.loads disable trigger all")
        cursor.execute("update raw.loads set etag = 'other' where object_key = 'biometrics/2.parquet'")
    with pytest.raises(ArchiveIncompleteError, match="is of another warehouse"):
        restore(site, february)
    assert site.rows(BIOMETRICS) == raw


@pytest.mark.long
def test_a_hero_is_not_forgotten_while_months_leave(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The erasure waits for the month: otherwise the file would be written after the archive was cleaned."""
    put = writing._put
    erased: list[threading.Thread] = []

    def forgetting(*arguments: Any) -> None:
        if not erased:
            erased.append(threading.Thread(target=forget, args=(site,)))
            erased[0].start()
            erased[0].join(2)
            assert erased[0].is_alive()
            assert site.rows("select count(*) from raw.erasures") == [(0,)]
        put(*arguments)

    if move_horizon(site.warehouse, MARCH, "retain", months=12):
        site.restore()
    monkeypatch.setattr(writing, "_put", forgetting)
    drop_minutes(site.warehouse, MARCH, "retain", archive(site))
    erased[0].join()
    ((erasure_id,),) = site.rows("select erasure_id from raw.erasures")
    assert clean_archive(site.warehouse, site.store, site.settings, erasure_id).files >= 2
    assert "hulk" not in {row["hero_id"] for rows in archived(site).values() for row in rows}
