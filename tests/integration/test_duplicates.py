"""The same bytes under several keys are loaded once, whatever the order of their arrival."""

from __future__ import annotations

import itertools
import json
import threading
from typing import Any

import pytest

from include.cerebro.ledger import duplicates, loads
from include.cerebro.ledger.loads import LoadedMeanwhileError, ObjectTotals
from include.cerebro.ledger.objects import Origin, columns
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql
from tests.integration.helpers import Site, parquet
from tests.integration.samples import HEROES, MISSION, NOON, heart_rates, one_reading

STATE = """
    select loads.object_key, loads.status, holders.object_key
    from raw.loads
    left join raw.loads as holders on loads.duplicate_of = holders.load_id
    where not exists (select from raw.loads as successors where successors.supersedes = loads.load_id)
    order by loads.object_key
"""
ETAG = "0123456789abcdef0123456789abcdef"


def state(site: Site) -> list[tuple[str, str, str | None]]:
    """Key, status and holder of the last row of every object."""
    return site.rows(STATE)


def test_a_copy_is_a_duplicate_and_is_not_read(site: Site) -> None:
    site.put("biometrics/b.parquet", one_reading())
    site.load()
    site.put_all({"biometrics/a.parquet": one_reading(), "biometrics/c.parquet": one_reading()})
    found = site.discover()
    assert found.biometrics == []
    assert state(site) == [
        ("biometrics/a.parquet", "duplicate", "biometrics/b.parquet"),
        ("biometrics/b.parquet", "loaded", None),
        ("biometrics/c.parquet", "duplicate", "biometrics/b.parquet"),
    ]
    assert heart_rates(site) == [("hulk", 1, 80)]
    rows = site.rows("select xmin::text, * from raw.loads order by load_id")
    site.load()
    assert site.rows("select xmin::text, * from raw.loads order by load_id") == rows


def test_of_equal_objects_that_arrive_together_one_is_loaded(site: Site) -> None:
    site.changed["part_objects"] = 1
    site.put_all({f"biometrics/{name}.parquet": one_reading() for name in "abc"} | {
        "heroes.csv": HEROES, "heroes/copy.csv": HEROES,
        # Equal bytes in two datasets are none.
        "mission_logs/1.json": json.dumps(MISSION).encode(), "mission_logs/2.json": json.dumps(MISSION).encode(),
    })  # fmt: skip
    assert site.load().objects == 3
    assert [row[1] for row in state(site)].count("duplicate") == 4
    assert heart_rates(site) == [("hulk", 1, 80)]
    assert site.rows("select (select count(*) from raw.heroes), (select count(*) from raw.missions)") == [(1, 1)]
    assert site.load().objects == 0


def test_a_duplicate_takes_the_place_of_a_superseded_load(site: Site) -> None:
    rejected = parquet([(NOON, "hulk", 80, 10, 100), (NOON, None, 80, 10, 100), (NOON, "hulk", -1, 10, 100)])
    site.put("biometrics/a.parquet", rejected)
    site.load()
    site.put_all({f"biometrics/{name}.parquet": rejected for name in "bc"})
    site.load()
    site.put("biometrics/a.parquet", one_reading(90, hero_id="thor"))
    # The bytes are gone from the store, and still in force.
    site.remove("biometrics/c.parquet")
    assert site.load().objects == 1
    assert state(site) == [
        ("biometrics/a.parquet", "loaded", None),
        ("biometrics/b.parquet", "duplicate", "biometrics/c.parquet"),
        ("biometrics/c.parquet", "loaded", "biometrics/a.parquet"),
    ]
    assert heart_rates(site) == [("hulk", 2, 80), ("thor", 1, 90)]
    for table in ("biometrics", "load_hours", "rejections", "invalid_measures"):
        query = (
            f"select count(*) from raw.{table} join raw.current_loads using (load_id) where object_key like '%c.par%'"
        )
        assert site.rows(query) == [(1,)], table
    # The last copy is corrected, too: now the bytes are superseded everywhere.
    site.put("biometrics/c.parquet", one_reading(70, hero_id="loki"))
    site.load()
    assert [row[1] for row in state(site)] == ["loaded", "loaded", "loaded"]
    site.put("biometrics/b.parquet", one_reading(60, hero_id="wasp"))
    site.load()
    assert heart_rates(site) == [("loki", 1, 70), ("thor", 1, 90), ("wasp", 1, 60)]


def test_a_correction_that_makes_an_object_a_duplicate_supersedes(site: Site) -> None:
    site.put_all({"biometrics/a.parquet": one_reading(80), "biometrics/b.parquet": one_reading(90)})
    site.load()
    site.put("biometrics/b.parquet", one_reading(80))
    assert site.load().objects == 0
    assert heart_rates(site) == [("hulk", 1, 80)]
    site.put("biometrics/b.parquet", one_reading(90))
    assert site.load().objects == 1
    assert heart_rates(site) == [("hulk", 2, 85)]


def hero_file(name: str) -> bytes:
    return f"hero_id,name,alter_ego,first_appearance\nhulk,{name},,\n".encode()


FILES = {"heroes/a.csv": hero_file("Old"), "heroes/b.csv": hero_file("New"), "heroes/c.csv": hero_file("Old")}


@pytest.mark.parametrize("order", list(itertools.permutations(FILES)))
def test_bytes_of_records_count_under_the_greatest_key(site: Site, order: tuple[str, ...]) -> None:
    """The last record is that of the greatest key: it must not depend on the order of arrival (law 2)."""
    for key in order:
        site.put(key, FILES[key])
        site.load()
    assert state(site) == [
        ("heroes/a.csv", "duplicate", "heroes/c.csv"),
        ("heroes/b.csv", "loaded", None),
        (
            "heroes/c.csv",
            "loaded",
            None if order.index("heroes/c.csv") < order.index("heroes/a.csv") else "heroes/a.csv",
        ),
    ]
    current = "select object_key, record ->> 'name' from raw.heroes join raw.current_loads using (load_id) order by 1"
    assert site.rows(current) == [("heroes/b.csv", "New"), ("heroes/c.csv", "Old")]
    site.put("heroes/c.csv", hero_file("Newest"))
    site.load()
    assert site.rows(current) == [("heroes/a.csv", "Old"), ("heroes/b.csv", "New"), ("heroes/c.csv", "Newest")]


def test_broken_objects_of_equal_bytes_are_all_named(site: Site) -> None:
    site.put_all({f"biometrics/{name}.parquet": b"bad" for name in "abc"} | {"heroes/1.csv": b"", "heroes/2.csv": b""})
    assert len(site.load().failed) == 5
    assert len(site.errors()) == 5


@pytest.mark.parametrize("etag", ["not-a-hash", "0123", ETAG.upper()])
def test_an_etag_that_is_no_hash_says_nothing_about_the_bytes(site: Site, etag: str) -> None:
    objects = [StoredObject(key, etag, 5) for key in ("heroes/a.csv", "heroes/b.csv")]
    assert duplicates.split_twins(objects) == (objects, [])
    with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        origin = Origin("cerebro", "heroes")
        loads.publish(cursor, origin, loads.claim(cursor, origin, objects[:1], [ObjectTotals(1, 0)]))
        assert duplicates.settle(cursor, origin, objects[1:]) == objects[1:]


@pytest.mark.parametrize("other", [{"dataset": "missions"}, {"landing_zone": "watches"}, {"size_bytes": 6}])
def test_equal_etags_elsewhere_are_no_duplicates(site: Site, other: dict[str, Any]) -> None:
    size = other.pop("size_bytes", 5)
    with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        origin = Origin("cerebro", "heroes")
        first, second = StoredObject("a", f"{ETAG}-3", 5), StoredObject("b", f"{ETAG}-3", size)
        loads.publish(cursor, origin, loads.claim(cursor, origin, [first], [ObjectTotals(1, 0)]))
        assert duplicates.settle(cursor, origin._replace(**other), [second]) == [second]


def test_two_runs_that_load_the_same_bytes_under_two_keys_at_once(site: Site) -> None:
    """Neither sees the other's claim; whoever publishes second notices, and its retry finds a duplicate."""
    origin = Origin("cerebro", "biometrics")
    objects = {key: StoredObject(key, ETAG, 5) for key in ("biometrics/a.parquet", "biometrics/b.parquet")}
    errors: list[Exception] = []
    claimed = threading.Event()

    def second() -> None:
        try:
            with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
                load_ids = loads.claim(cursor, origin, [objects["biometrics/b.parquet"]], [ObjectTotals(0, 0)])
                claimed.set()
                loads.publish(cursor, origin, load_ids)
                connection.commit()
        except LoadedMeanwhileError as error:
            errors.append(error)

    thread = threading.Thread(target=second, daemon=True)
    with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        load_ids = loads.claim(cursor, origin, [objects["biometrics/a.parquet"]], [ObjectTotals(0, 0)])
        loads.publish(cursor, origin, load_ids)
        thread.start()
        assert claimed.wait(20)
        connection.commit()
    thread.join(20)
    assert "biometrics/b.parquet" in str(errors[0])
    with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        assert duplicates.settle(cursor, origin, [objects["biometrics/b.parquet"]]) == []
        connection.commit()
    assert [row[:2] for row in state(site)] == [
        ("biometrics/a.parquet", "loaded"),
        ("biometrics/b.parquet", "duplicate"),
    ]


def test_the_holder_is_found_by_one_index(site: Site) -> None:
    """One query for all new objects; each costs one look-up, whatever the history."""
    with site.superuser() as cursor:
        cursor.execute("""
            insert into raw.loads (dataset, object_key, etag, size_bytes, rows_in, rows_loaded, rows_rejected, status)
            select 'biometrics', 'b' || number, md5(number::text), 5, 0, 0, 0, 'loaded'
            from generate_series(1, 20000) as number;
            analyze raw.loads;
        """)
        parameters = Origin("cerebro", "biometrics")._asdict() | columns([StoredObject("x", ETAG, 5)])
        cursor.execute("explain " + read_sql("ledger/holders.sql").split("\n", 2)[2], parameters)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "loads_etag" in plan
    assert "Seq Scan on loads" not in plan, plan


def test_every_table_of_a_load_is_copied(site: Site) -> None:
    """A new table with a load_id needs no change of raw.copy_load."""
    with site.superuser() as cursor:
        cursor.execute(
            "create table raw.more (load_id bigint, thing text); insert into raw.more values (1, 'a'), (2, 'b')"
        )
        cursor.execute("select raw.copy_load(1, 7)")
    assert site.rows("select * from raw.more order by 1") == [(1, "a"), (2, "b"), (7, "a")]
