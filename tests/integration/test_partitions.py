"""raw.biometrics has a partition for each month: made by loads, emptied by retention, beside whoever reads."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime

import psycopg2
import pytest

from include.cerebro.loading.minutes import add_months
from include.cerebro.maintenance.retention.minutes import drop_minutes, move_horizon
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.schema.suitability import UnsuitableWarehouseError
from tests.integration.helpers import Site, parquet
from tests.integration.releases import DUMPS, restore_dump

MARCH = datetime(2025, 3, 1, tzinfo=UTC)
PARTITIONS = "select replace(name::text, 'raw.biometrics_', '') from raw.biometrics_partitions() order by until_at"
ROWS = """
    select replace(tableoid::regclass::text, 'raw.biometrics_', ''), count(*)
    from raw.biometrics group by tableoid order by 1
"""
# What pg_dump holds from its first moment to its last.
READ_ALL = """
    select format('lock table %s in access share mode', oid::regclass) from pg_class
    where relnamespace = 'raw'::regnamespace and relkind in ('r', 'p')
"""


def deliver(site: Site, *months: str) -> None:
    for month in months:
        site.put(f"biometrics/{month}.parquet", parquet([(f"{month}-10 12:00:07", "hulk", 80, 10, 100)]))


@contextmanager
def reader(site: Site) -> Iterator[None]:
    """A pg_dump that goes on for hours."""
    with closing(psycopg2.connect(site.warehouse_uri)) as connection, connection.cursor() as cursor:
        cursor.execute(READ_ALL)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        yield


def names(site: Site) -> list[str]:
    return [name for (name,) in site.rows(PARTITIONS)]


def retain(site: Site, run_id: str = "retain", until: datetime = MARCH) -> dict[str, int]:
    if move_horizon(site.warehouse, until, run_id, months=12):
        site.restore()
    return drop_minutes(site.warehouse, until, run_id)


def test_a_load_adds_its_months_beside_readers_and_writers(site: Site) -> None:
    deliver(site, "2025-01")
    site.load()
    deliver(site, "1970-01", "2019-12", "2025-02", "2025-04")
    with closing(psycopg2.connect(site.warehouse_uri)) as other, other.cursor() as cursor, reader(site):
        # Another load, in the middle of its COPY.
        cursor.execute("lock table raw.biometrics in row exclusive mode")
        started = time.monotonic()
        assert site.load().failed == []
        assert time.monotonic() - started < 20
    # A clock that was never set makes no partition.
    assert names(site) == ["early", "2025_01", "2025_02", "2025_04"]
    assert site.rows(ROWS) == [("2025_01", 1), ("2025_02", 1), ("2025_04", 1), ("early", 2)]
    indexes = "select count(*) from pg_index where indrelid in (select name from raw.biometrics_partitions())"
    assert site.rows(indexes) == [(4,)]


def test_two_loads_add_the_same_month(site: Site) -> None:
    """The second waits for the partition, and not for the first load."""
    with site.warehouse.connect(LOADER_ROLE) as first, site.warehouse.connect(LOADER_ROLE) as second:
        for connection in (first, second):
            with connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '5s'")
                add_months(cursor, site.warehouse, [date(2025, 1, 31), date(2024, 12, 31), date(1900, 1, 1)])
    assert names(site) == ["early", "2024_12", "2025_01"]


def test_a_month_leaves_with_its_partition_and_its_space(site: Site) -> None:
    deliver(site, "1970-01", "2025-01", "2025-02", "2025-03")
    site.restore()
    assert retain(site) == {"months": 3, "minutes": 3}
    assert names(site) == ["early", "2025_03"]
    assert site.rows(ROWS) == [("2025_03", 1)]
    noted = "select to_char(horizon, 'YYYY-MM'), objects, rows from raw.retentions where layer = 'minutes' order by 1"
    assert site.rows(noted) == [("1970-02", 1, 1), ("2025-02", 1, 1), ("2025-03", 1, 1)]
    # What arrives late for such a month has a partition again, and leaves with the next.
    deliver(site, "2025-02")
    site.put("biometrics/late.parquet", parquet([("2025-02-10 12:00:07", "thor", 80, 10, 100)]))
    site.restore()
    assert names(site) == ["early", "2025_02", "2025_03"]
    assert retain(site, "later", datetime(2025, 4, 1, tzinfo=UTC)) == {"months": 1, "minutes": 2}
    assert names(site) == ["early"]
    assert site.rows("select difference from meta.reconciliations order by checked_at desc limit 1") == [(0,)]


@pytest.mark.long
def test_a_month_leaves_beside_a_pg_dump_and_its_space_later(site: Site) -> None:
    deliver(site, "2025-01", "2025-03")
    site.restore()
    move_horizon(site.warehouse, MARCH, "retain", months=12)
    site.restore()
    with reader(site):
        assert drop_minutes(site.warehouse, MARCH, "retain")["minutes"] == 1
        assert names(site) == ["early", "2025_01", "2025_03"]
        assert site.rows(ROWS) == [("2025_03", 1)]
    retain(site, "later", datetime(2025, 4, 1, tzinfo=UTC))
    assert names(site) == ["early"]


def test_no_month_is_dropped_under_a_load_that_has_found_it(site: Site) -> None:
    days = [date(2025, 1, 10)]
    with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        add_months(cursor, site.warehouse, days)
        site.rows("select raw.drop_empty_months('2025-03-01Z')")
        assert names(site) == ["early", "2025_01"]
    site.rows("select raw.drop_empty_months('2025-03-01Z')")
    assert names(site) == ["early"]


@pytest.fixture
def released(site: Site) -> Site:
    """A warehouse of 0.1.0."""
    restore_dump(site, DUMPS[0])
    return site


def test_an_upgrade_writes_no_minute_and_keeps_what_was_built_on_the_table(released: Site) -> None:
    with released.superuser() as cursor:
        cursor.execute(
            "create role guest_of_raw; create view public.mine with (security_barrier = true)"
            " as select hero_id, minute_at from raw.biometrics;"
            "create view public.of_mine as select * from public.mine;"
            "grant select on public.mine to guest_of_raw; grant select on raw.biometrics to guest_of_raw;"
            f"alter view public.mine owner to {released.warehouse.user}"
        )
    place = "select its.tableoid::regclass::text, relfilenode, its.ctid::text, load_id from raw.biometrics as its"
    place += " join pg_class on pg_class.oid = its.tableoid order by its.ctid"
    try:
        before = [row[1:] for row in released.rows(place)]
        prepare_warehouse(released.warehouse)
        after = released.rows(place)
        assert [row[1:] for row in after] == before
        assert {row[0] for row in after} == {"raw.biometrics_early"}
        # The rows of a month that begins after the upgrade come to one of their own.
        assert names(released) == ["early"]
        bound = "select until_at > now() + interval '2 days', until_at < now() + interval '34 days'"
        assert released.rows(bound + " from raw.biometrics_partitions()") == [(True, True)]
        deliver(released, "2089-01")
        released.rows("select raw.add_months(array[date '2089-01-01'])")
        released.rows("insert into raw.biometrics select load_id, hero_id, '2089-01-01Z', 1, 0, null, null, null,"
                      " 0, null, null, null, 0 from raw.biometrics limit 1 returning 1")  # fmt: skip
        for view in ("public.mine", "public.of_mine"):
            assert released.rows(f"select count(*) from {view}") == [(len(before) + 1,)]
        options = "select reloptions from pg_class where oid = 'public.mine'::regclass"
        assert released.rows(options) == [(["security_barrier=true"],)]
        for relation in ("public.mine", "raw.biometrics"):
            assert released.rows(f"select has_table_privilege('guest_of_raw', '{relation}', 'select')") == [(True,)]
    finally:
        with released.superuser() as cursor:
            cursor.execute("drop owned by guest_of_raw; drop role guest_of_raw")


def test_a_materialized_view_on_the_table_is_named(released: Site) -> None:
    with released.superuser() as cursor:
        cursor.execute("create materialized view public.kept as select count(*) from raw.biometrics")
    with pytest.raises(UnsuitableWarehouseError, match=r"materialized view kept reads raw\.biometrics"):
        prepare_warehouse(released.warehouse)
    assert released.rows("select relkind::text from pg_class where oid = 'raw.biometrics'::regclass") == [("r",)]
    with released.superuser() as cursor:
        cursor.execute("drop materialized view public.kept")
    prepare_warehouse(released.warehouse)
    assert names(released) == ["early"]
