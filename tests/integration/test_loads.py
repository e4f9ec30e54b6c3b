"""Reruns, corrections, removed objects, and objects that change while they are read."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import psycopg2
import pytest

from include.cerebro.loading.records import RecordLoader
from tests.integration.faults.proxy import Proxy
from tests.integration.helpers import Site, parquet_of
from tests.integration.samples import HEROES, MISSION, heart_rates, one_reading


def test_a_rerun_loads_nothing(site: Site) -> None:
    site.put_all({
        "heroes.csv": HEROES,
        "mission_logs.json": json.dumps([MISSION]).encode(),
        "biometrics.parquet": one_reading(),
    })  # fmt: skip
    assert site.load().objects == 3
    before = site.rows("select xmin::text, * from raw.loads order by load_id")
    again = site.load()
    assert (again.objects, again.rows_loaded, again.failed) == (0, 0, [])
    assert site.rows("select xmin::text, * from raw.loads order by load_id") == before
    assert [site.rows(f"select count(*) from raw.{name}")[0][0] for name in ("heroes", "missions", "biometrics")] == [
        1,
        1,
        1,
    ]


def test_the_same_object_delivered_again_is_no_new_one(site: Site) -> None:
    site.put("biometrics.parquet", one_reading())
    site.load()
    site.put("biometrics.parquet", one_reading())
    assert site.load().objects == 0


def test_a_correction_supersedes_and_may_be_reverted(site: Site) -> None:
    for heart_rate, loads in ((80, 1), (90, 2), (80, 3)):
        site.put("biometrics.parquet", one_reading(heart_rate))
        assert site.load().objects == 1
        assert heart_rates(site) == [("hulk", 1, heart_rate)]
        assert site.rows("select count(*), count(distinct load_id) from raw.biometrics") == [(loads, loads)]
        assert site.load().objects == 0
    chain = site.rows("select load_id, supersedes from raw.loads order by load_id")
    assert [supersedes for _, supersedes in chain] == [None, chain[0][0], chain[1][0]]
    assert site.rows("select count(*) from raw.current_loads") == [(1,)]


def test_a_corrected_file_of_records_supersedes(site: Site) -> None:
    site.put("heroes.csv", HEROES)
    site.load()
    site.put("heroes.csv", HEROES.replace(b"Bruce", b"Robert Bruce"))
    site.load()
    names = "select record ->> 'alter_ego' from raw.heroes join {} using (load_id) order by load_id"
    assert site.rows(names.format("raw.loads")) == [("Bruce Banner",), ("Robert Bruce Banner",)]
    assert site.rows(names.format("raw.current_loads")) == [("Robert Bruce Banner",)]


def test_a_load_leaves_the_positions_of_other_loads(site: Site) -> None:
    site.put_all({"heroes.csv": HEROES, "biometrics/1.parquet": one_reading(), "biometrics/2.parquet": one_reading()})
    site.load()
    before = site.rows("select load_id, position from raw.loads order by load_id")
    site.put("biometrics/1.parquet", one_reading(90))
    site.load()
    *others, (_, position) = site.rows("select load_id, position from raw.loads order by load_id")
    assert others == before
    assert position > max(position for _, position in before)


def test_a_broken_correction_leaves_the_earlier_version_current(site: Site) -> None:
    site.put("biometrics.parquet", one_reading())
    site.load()
    site.put("biometrics.parquet", one_reading(90)[:-4])
    assert site.load().failed == ["biometrics.parquet"]
    assert heart_rates(site) == [("hulk", 1, 80)]
    site.put("biometrics.parquet", one_reading(95))
    assert site.load().failed == []
    assert heart_rates(site) == [("hulk", 1, 95)]


def test_a_failed_object_that_loads_later_is_no_longer_failed(site: Site) -> None:
    """An earlier release could not read this version; the current one can."""
    site.put("heroes.csv", HEROES)
    (stored,) = site.discover().heroes
    site.rows(
        """
        insert into raw.loads (
            dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status, error
        )
        values ('heroes', %s, %s, %s, 0, 0, 0, 'failed', 'an older version of the reader') returning load_id
        """,
        list(stored[:3]),
    )
    assert site.load().objects == 1
    assert [row[1] for row in site.ledger()] == ["loaded"]


def test_a_vanished_object_changes_nothing(site: Site) -> None:
    site.put_all({"biometrics/1.parquet": one_reading(80), "biometrics/2.parquet": one_reading(90)})
    site.load()
    site.remove("biometrics/1.parquet")
    assert site.load().objects == 0
    assert heart_rates(site) == [("hulk", 2, 85)]
    # An object that comes back is still known.
    site.put("biometrics/1.parquet", one_reading(80))
    assert site.load().objects == 0


@pytest.mark.parametrize("statement", ["update raw.loads set rows_in = 0, rows_loaded = 0", "delete from raw.loads"])
@pytest.mark.parametrize("role", ["cerebro_loader", None])
def test_history_cannot_be_changed(site: Site, statement: str, role: str | None) -> None:
    site.put("heroes.csv", HEROES)
    site.load()
    with (
        site.warehouse.connect(role) as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.RaiseException, match=r"heroes\.csv is history"),
    ):
        cursor.execute(statement)
    assert site.ledger() == [("heroes.csv", "loaded", 1, 1, 0)]


def test_of_history_only_the_position_may_move(site: Site) -> None:
    site.put("heroes.csv", HEROES)
    site.load()
    columns = site.rows("""
        select column_name from information_schema.columns
        where table_schema = 'raw' and table_name = 'loads' and column_name <> 'position'
    """)
    assert len(columns) > 10
    for (column,) in columns:
        with pytest.raises(psycopg2.errors.RaiseException, match=r"heroes\.csv is history"):
            site.rows(f"update raw.loads set {column} = default")


@pytest.mark.parametrize("table", ["heroes", "missions", "biometrics", "load_hours", "rejections", "invalid_measures"])
@pytest.mark.parametrize("statement", ["delete from raw.{}", "update raw.{} set load_id = 0", "truncate raw.{}"])
def test_the_loader_may_only_add_rows(site: Site, table: str, statement: str) -> None:
    with (
        site.warehouse.connect("cerebro_loader") as connection,
        connection.cursor() as cursor,
        pytest.raises(psycopg2.errors.InsufficientPrivilege),
    ):
        cursor.execute(statement.format(table))


class Meddler(threading.Thread):
    """Changes an object while the loader reads its content."""

    def __init__(self, proxy: Proxy, change: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.proxy, self.change = proxy, change
        self.start()

    def run(self) -> None:
        if self.proxy.held.wait(30):
            self.change()
        self.proxy.release()


def large(value: float, readings: int = 20_000) -> bytes:
    """An object that is read in ranges; with 5,000 readings one that is fetched whole."""
    return parquet_of(f"""
        select
            timestamp '2025-01-01' + to_seconds(range) as "timestamp", 'hulk' as hero_id,
            {value}::double as heart_rate, random() as stress_level, random() as energy_output
        from range({readings})
    """)


@pytest.fixture
def holding_proxy(site: Site) -> Iterator[Proxy]:
    with Proxy(int(site.store.host.split(":")[1]), "hold", after_bytes=60_000) as proxy:
        yield proxy


@pytest.mark.parametrize("change", ["overwrite", "remove"])
def test_an_object_that_changes_while_it_is_read_is_not_taken_for_what_was_listed(
    site: Site, holding_proxy: Proxy, change: str
) -> None:
    site.put_all({"biometrics/1.parquet": large(80), "biometrics/2.parquet": one_reading(70, hero_id="thor")})
    changes = {
        "overwrite": lambda: site.put("biometrics/1.parquet", large(90)),
        "remove": lambda: site.remove("biometrics/1.parquet"),
    }
    meddler = Meddler(holding_proxy, changes[change])
    result = site.load(store=replace(site.store, endpoint_url=holding_proxy.url))
    meddler.join(30)
    assert holding_proxy.held.is_set()
    assert result.failed == []
    # The old version may have been read whole; nothing of it is kept either.
    assert [row[0] for row in site.ledger()] == ["biometrics/2.parquet"]
    assert site.load().failed == []
    means = {row[0]: row[3] for row in site.merged_minutes()}
    assert means == ({"thor": 70, "hulk": 90} if change == "overwrite" else {"thor": 70})


def test_a_small_object_that_is_overwritten_while_it_is_fetched_is_loaded_as_it_was_listed_or_not_at_all(
    site: Site, holding_proxy: Proxy
) -> None:
    site.put("biometrics/1.parquet", large(80, 5_000))
    [[listed]] = site.discover().biometrics
    assert listed.size_bytes <= site.settings.whole_object_bytes
    meddler = Meddler(holding_proxy, lambda: site.put("biometrics/1.parquet", large(90, 5_000)))
    assert site.load(store=replace(site.store, endpoint_url=holding_proxy.url)).failed == []
    meddler.join(30)
    assert holding_proxy.held.is_set()
    loaded = site.rows("select etag, avg(heart_rate_min) from raw.loads join raw.biometrics using (load_id) group by 1")
    assert loaded in ([], [(listed.etag, 80)])
    assert site.load().objects == 1
    assert {row[3] for row in site.merged_minutes()} == {90}


def test_a_file_of_records_that_changed_after_it_was_listed_is_loaded_by_the_next_run(site: Site) -> None:
    site.put("heroes.csv", HEROES)
    listed = site.discover()
    site.put("heroes.csv", HEROES + HEROES.splitlines()[1] + b"\n")
    loader = RecordLoader("heroes", site.load_site)
    assert loader.load(listed.heroes).objects == 0
    assert site.ledger() == []
    assert site.load().rows_loaded == 2
