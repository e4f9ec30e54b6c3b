"""A backlog that is more than a run takes drains in several runs: nothing is lost, nothing is loaded twice."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from include.cerebro.landing.backlog import backlog_after
from include.cerebro.landing.discovery import Discovery, discover
from include.cerebro.ledger import manifests
from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.page.reader import open_reader
from include.cerebro.page.sections import batch
from include.cerebro.platform.names import LOADER_ROLE, TRANSFORMER_ROLE
from tests.integration.helpers import Site
from tests.integration.samples import HEROES, one_reading

MANIFESTS = "select batch, dag_run_id, dataset, object_count, finished_at is not null from meta.manifests order by 1"
WAITING = "select dag_run_id, new_objects, objects_waiting, bytes_waiting from meta.listings order by listed_at"


@pytest.fixture
def small(site: Site) -> Site:
    """A site whose runs take two batches of two objects, with five objects of biometrics that are all different."""
    site.changed = {"run_objects": 4, "batch_objects": 2}
    site.put_all({f"biometrics/{name}.parquet": one_reading(heart_rate=60 + ord(name)) for name in "edcba"})
    return site


def run(site: Site, run_id: str) -> Discovery:
    return discover([site.zone], lambda _: site.store, site.warehouse, site.settings, run_id)


def load(site: Site, number: int) -> None:
    """Load a batch, as its task does."""
    with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        _, objects = manifests.read(cursor, number) or ("", [])
        BiometricsLoader(site.load_site).load(objects)
        manifests.finish(cursor, number)
        connection.commit()


def keys(found: Discovery) -> list[str]:
    return [stored.key for parcel in found.biometrics for stored in parcel.objects]


def test_a_run_takes_its_share_says_what_waits_and_heroes_do_not_wait(small: Site) -> None:
    small.put("heroes.csv", HEROES)
    found = run(small, "first")
    assert [len(parcel.objects) for parcel in found.biometrics] == [2, 2]
    assert [stored.key for parcel in found.heroes for stored in parcel.objects] == ["heroes.csv"]
    (waiting,) = {stored.key: stored.size_bytes for stored in small.listed()}.items() - {
        stored.key: stored.size_bytes for parcel in [*found.biometrics, *found.heroes] for stored in parcel.objects
    }.items()
    assert small.rows(WAITING) == [("first", 5, 1, waiting[1])]


def test_a_run_that_is_killed_between_two_batches_loses_nothing_and_doubles_nothing(small: Site) -> None:
    first = run(small, "first")
    load(small, first.biometrics[0].batch)
    # What waited comes first now, and then what the first run was given and did not load.
    second = run(small, "second")
    assert sorted(keys(second)) == sorted({stored.key for stored in small.listed()} - set(keys(first)[:2]))
    for parcel in second.biometrics:
        load(small, parcel.batch)
    # The first run's task is still there and comes late.
    load(small, first.biometrics[1].batch)
    assert [row[1] for row in small.ledger()] == ["loaded"] * 5
    assert keys(run(small, "third")) == []


def test_a_batch_whose_task_fails_every_time_does_not_stop_those_behind_it(small: Site) -> None:
    small.changed = {"run_objects": 1}
    given = [key for number in range(5) for key in keys(run(small, f"run {number}"))]
    assert len(set(given)) == 5
    # After a day they are tried again.
    small.rows("update meta.manifests set written_at = written_at - interval '25 hours' returning 1")
    assert keys(run(small, "another day")) == given[:1]
    assert small.rows("select dag_run_id from meta.manifests") == [("another day",)]


def test_a_retry_of_discovery_takes_nothing_from_a_task_that_is_running(small: Site) -> None:
    before = run(small, "first")
    after = run(small, "first")
    assert keys(after) == keys(before)
    for parcel in [*before.biometrics, *after.biometrics]:
        load(small, parcel.batch)
    assert [row[1] for row in small.ledger()] == ["loaded"] * 4
    assert small.rows(WAITING)[0][1:3] == (4, 1)


def test_a_run_follows_only_if_one_waits_and_this_one_was_done_with_an_object(small: Site) -> None:
    found = run(small, "first")
    # No task got through: what stopped them would stop the next run.
    assert backlog_after(small.warehouse, "first") == {}
    BiometricsLoader(replace(small.load_site, dag_run_id="first")).load(found.biometrics[0].objects)
    assert backlog_after(small.warehouse, "first")["objects"] == 1
    run(small, "last")
    assert backlog_after(small.warehouse, "last") == {}


def test_broken_objects_are_progress_and_refused_ones_are_not(small: Site) -> None:
    run(small, "first")
    failed = "insert into raw.loads (landing_zone, dataset, object_key, etag, size_bytes, rows_in, rows_loaded,"
    failed += " rows_rejected, status, error, dag_run_id, rules_version) values ('cerebro', 'biometrics', 'x', 'e', 0,"
    failed += " 0, 0, 0, 'failed', 'e', 'first', null) returning load_id"
    ((load_id,),) = small.rows(failed)
    assert backlog_after(small.warehouse, "first") == {}
    small.rows(f"update raw.loads set rules_version = 'v' where load_id = {load_id} returning 1")
    assert backlog_after(small.warehouse, "first") != {}


def test_files_of_a_table_do_not_stop_others(site: Site) -> None:
    """The listing knows the table when it has passed its oldest files."""
    site.changed = {"run_objects": 2}
    for number in range(3):
        site.put(f"biometrics/t/data/{UUID(int=number)}.parquet", one_reading())
    site.put("biometrics/t/metadata/v1.metadata.json", b"{}")
    site.put("biometrics/z.parquet", one_reading())
    assert keys(run(site, "first")) == ["biometrics/z.parquet"]
    assert site.rows("select new_objects, objects_waiting from meta.listings") == [(1, 0)]


def test_the_page_of_a_task_lists_all_its_objects(small: Site) -> None:
    found = run(small, "first")
    load(small, found.biometrics[0].batch)
    numbers = [parcel.batch for parcel in found.biometrics]
    with open_reader(small.warehouse, TRANSFORMER_ROLE) as reader:
        section = batch.read(reader, numbers, "first")
        none = batch.read(reader, [10**6], "nothing")
    assert section.title.startswith("4 objects of the task")
    assert section.table
    assert [row[4] for row in section.table.rows] == ["loaded", "loaded", "not loaded", "not loaded"]
    assert none.title == "There are no such objects"


def test_the_page_of_an_earlier_day_lists_the_whole_run(small: Site) -> None:
    small.load()
    small.rows("delete from meta.manifests returning 1")
    with open_reader(small.warehouse, TRANSFORMER_ROLE) as reader:
        section = batch.read(reader, [1], f"run {small.run_count}")
    assert section.title.startswith("4 objects of the whole run")
    assert "all objects of the run run 1" in section.note
