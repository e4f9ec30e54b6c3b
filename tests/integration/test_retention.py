"""What is older than its term leaves, layer by layer, and every law holds after it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.maintenance.release.request import DecisionImpossibleError
from include.cerebro.maintenance.retention.minutes import drop_minutes, is_applied, move_horizon
from include.cerebro.maintenance.retention.preview import preview
from include.cerebro.maintenance.retention.quarantine import retire_quarantine
from include.cerebro.maintenance.retention.superseded import retire_superseded
from include.cerebro.maintenance.retention.terms import Horizons
from include.cerebro.zones.places import Place
from tests.integration.helpers import Site, copy_site, parquet
from tests.integration.test_released_rows import decide
from tests.integration.test_reprocess import reprocess

MARCH = datetime(2025, 3, 1, tzinfo=UTC)
APRIL = datetime(2025, 4, 1, tzinfo=UTC)
# After every load of the tests.
LATER = datetime(2100, 1, 1, tzinfo=UTC)

MISSIONS: list[dict[str, Any]] = [
    {"mission_id": "m1", "timestamp": "2025-02-10T12:01:30Z", "hero_ids": ["hulk", "thor"], "outcome": "Successful"},
    {"mission_id": "m2", "timestamp": "2025-03-10T12:01:30Z", "hero_ids": ["hulk"], "outcome": "Successful"},
]

# All that users see, and what is compared of it. checked_at is the time of a check.
BUILT = {
    "marts.dim_heroes": "*",
    "marts.dim_missions": "*",
    "marts.bridge_mission_heroes": "*",
    "marts.fact_biometrics": "*",
    "analytics.obt_cerebro_restored": "*",
    "analytics.hulk_factor": "*",
    "analytics.reliability": "*",
    "operations.readings_by_hour": "hour_at, reading_count",
}
MONTHS = "select to_char(minute_at, 'MM'), sum(reading_count)::int from {} group by 1 order by 1"
FACT, RAW = MONTHS.format("marts.fact_biometrics"), MONTHS.format("raw.biometrics")
BOOKS = """
    select readings_in, readings_in_facts, readings_rejected, readings_retired, difference
    from meta.reconciliations order by checked_at desc limit 1
"""


def readings(*heroes: str | None, month: int, pulse: float = 80) -> bytes:
    """Three readings of each hero, around noon of the tenth day of a month."""
    rows = [(f"2025-{month:02}-10 12:0{minute}:07", hero, pulse, 10, 100) for hero in heroes for minute in range(3)]
    return parquet(rows)


@pytest.fixture(scope="module")
def delivered(prepared_site: Site) -> Iterator[Site]:
    """Four months of readings, in one object each, and two missions. Only copies of it are changed."""
    site = copy_site(prepared_site)
    site.put("heroes.csv", b"hero_id,name,alter_ego,first_appearance\nhulk,Hulk,Bruce,1962\nthor,Thor,,1962\n")
    site.put("mission_logs.json", json.dumps(MISSIONS).encode())
    for month in range(1, 5):
        # Loki is only known from the first month, and a row of each month names nobody.
        heroes = ["hulk", "thor", None] + (["loki"] if month == 1 else [])
        site.put(f"biometrics/{month}.parquet", readings(*heroes, month=month))
    site.restore()
    yield site
    site.drop()


@pytest.fixture
def site(delivered: Site) -> Iterator[Site]:
    """A delivered landing zone, for this test alone."""
    made = copy_site(delivered)
    yield made
    made.drop()


def retain(site: Site, until: datetime | None, minutes: datetime | None = None, run_id: str = "retain") -> None:
    """Do what the DAG does for readings: the marts first, then raw."""
    if move_horizon(site.warehouse, until, run_id, months=12):
        site.restore()
    assert is_applied(site.warehouse)
    drop_minutes(site.warehouse, minutes or until, run_id)
    check_conservation(site.warehouse, f"run {site.run_count} after {run_id}")


def built(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    return {
        relation: sorted(site.rows(f"select {columns} from {relation}"), key=str) for relation, columns in BUILT.items()
    }


def rebuild(site: Site) -> None:
    """Build all tables again, as after a change of all rules."""
    site.rows("update meta.tables set rules = 'others' returning 1")
    assert site.plan().rebuild["everything"]
    site.transform()


def empty_warehouse(site: Site) -> Site:
    """The same landing zone before a warehouse in which nothing was ever loaded."""
    copied = copy_site(site)
    copied.rows("truncate raw.loads, raw.retentions, raw.biometrics, raw.load_hours cascade; select 1")
    copied.rows("truncate meta.tables, meta.transformations, meta.reconciliations; select 1")
    return copied


def test_readings_leave_marts_and_raw_and_the_books_balance(site: Site) -> None:
    retain(site, MARCH)
    assert site.rows(FACT) == site.rows(RAW) == [("03", 6), ("04", 6)]
    # 39 readings came in: three a month name nobody, and Loki was there in the first.
    assert site.rows(BOOKS) == [(39, 12, 12, 15, 0)]
    # Heroes and missions stay; a mission whose readings are gone has its row without readings.
    assert site.rows("select hero_id from marts.dim_heroes order by 1") == [("hulk",), ("loki",), ("thor",)]
    assert site.rows(
        "select mission_id, hero_id, reading_count from analytics.obt_cerebro_restored"
        " where mission_id is not null order by 1, 2"
    ) == [("m1", "hulk", None), ("m1", "thor", None), ("m2", "hulk", 1)]
    assert site.rows("select layer, horizon, objects, rows from raw.retentions order by retention_id") == [
        ("marts", MARCH, 0, 0),
        ("minutes", datetime(2025, 2, 1, tzinfo=UTC), 1, 9),
        ("minutes", MARCH, 1, 6),
    ]


@pytest.mark.long
def test_a_rerun_changes_nothing(site: Site) -> None:
    retain(site, MARCH)
    before, retentions = built(site), site.rows("select * from raw.retentions")
    assert not move_horizon(site.warehouse, MARCH, "again")
    assert drop_minutes(site.warehouse, MARCH, "again") == {"months": 0, "minutes": 0}
    assert not site.plan().is_needed
    site.restore()
    assert built(site) == before
    assert site.rows("select * from raw.retentions") == retentions


def test_a_rebuild_gives_the_same_marts(site: Site) -> None:
    retain(site, MARCH)
    before = built(site)
    rebuild(site)
    check_conservation(site.warehouse, "rebuilt")
    assert built(site) == before


@pytest.mark.long
def test_an_empty_warehouse_and_a_retention_give_the_same_marts(site: Site) -> None:
    retain(site, MARCH)
    other = empty_warehouse(site)
    try:
        other.restore()
        assert other.rows(FACT) == [("01", 9), ("02", 6), ("03", 6), ("04", 6)]
        retain(other, MARCH)
        assert built(other) == built(site)
    finally:
        other.drop()


def test_a_late_delivery_is_counted_and_never_seen(site: Site) -> None:
    retain(site, MARCH)
    before = built(site)
    site.put("biometrics/late.parquet", readings("hulk", "thor", month=2, pulse=120))
    site.restore()
    assert built(site) == before
    assert site.rows(BOOKS) == [(45, 12, 12, 21, 0)]
    rebuild(site)
    assert built(site) == before
    # It leaves raw together with the next month.
    retain(site, APRIL, run_id="next")
    assert site.rows(RAW) == [("04", 6)]
    # The part of a late object that is young enough counts.
    site.put("biometrics/both.parquet", parquet([("2025-03-31 23:59:59", "hulk", 1, 1, 1), (APRIL, "hulk", 1, 1, 1)]))
    site.restore()
    assert site.rows(FACT) == [("04", 7)]


@pytest.mark.long
def test_a_correction_of_an_object_beyond_the_horizon_changes_nothing_that_is_seen(site: Site) -> None:
    retain(site, MARCH)
    before = built(site)
    site.put("biometrics/2.parquet", readings("hulk", month=2, pulse=120))
    site.restore()
    assert built(site) == before
    assert site.rows(BOOKS) == [(33, 12, 9, 12, 0)]
    # A correction that moves readings across the horizon, in both directions.
    site.put("biometrics/2.parquet", readings("hulk", "thor", month=3))
    site.put("biometrics/4.parquet", readings("hulk", month=1))
    site.restore()
    assert site.rows(FACT) == [("03", 12)]
    rebuild(site)
    check_conservation(site.warehouse, "rebuilt")
    assert site.rows(FACT) == [("03", 12)]


@pytest.mark.long
def test_a_reprocessed_object_beyond_the_horizon_stays_out(site: Site) -> None:
    retain(site, MARCH)
    before = built(site)
    assert reprocess(site, rules=site.zone.rules, only_older_rules=False)["objects"] == 6
    site.restore()
    assert built(site) == before
    retain(site, APRIL, run_id="next")
    assert site.rows(RAW) == [("04", 12)]
    assert retire_superseded(site.warehouse, LATER, "next")["rows"] == 6 + 4
    assert site.rows(FACT) == site.rows(RAW) == [("04", 6)]


@pytest.mark.long
def test_the_marts_keep_less_than_raw_and_get_it_back(site: Site) -> None:
    everything = built(site)
    retain(site, APRIL, minutes=datetime(2025, 2, 1, tzinfo=UTC))
    assert site.rows(FACT) == [("04", 6)]
    assert site.rows(RAW) == [("02", 6), ("03", 6), ("04", 6)]
    # The terms are off again: what raw still has comes back.
    retain(site, None, run_id="longer")
    assert site.rows(FACT) == [("02", 6), ("03", 6), ("04", 6)]
    after = built(site)
    assert after["marts.dim_heroes"] == everything["marts.dim_heroes"]
    rebuild(site)
    assert built(site) == after


@pytest.mark.long
def test_a_horizon_that_went_back_before_its_transformation_had_finished(site: Site) -> None:
    before = built(site)
    move_horizon(site.warehouse, MARCH, "one", months=12)
    planned = site.plan()
    with site.start_transformation() as process:
        process.communicate()
    assert process.returncode == 0
    assert site.rows(FACT) == [("03", 6), ("04", 6)]
    # Killed before it was recorded, and then the term was set for ever.
    assert planned.is_needed
    assert drop_minutes(site.warehouse, MARCH, "one") == {"months": 0, "minutes": 0}
    assert move_horizon(site.warehouse, None, "two")
    assert drop_minutes(site.warehouse, MARCH, "two") == {"months": 0, "minutes": 0}
    site.restore()
    assert built(site) == before


@pytest.mark.long
def test_the_horizon_moves_in_steps(site: Site) -> None:
    for number, horizon in enumerate([datetime(2025, 2, 1, tzinfo=UTC), MARCH, APRIL, LATER], start=1):
        assert move_horizon(site.warehouse, LATER, f"run {number}", months=1)
        found = site.rows("select horizon from raw.retentions order by retention_id desc limit 1")
        assert found == [(datetime(2025, 5, 1, tzinfo=UTC) if horizon == LATER else horizon,)]
    assert move_horizon(site.warehouse, LATER, "run 5", months=1)
    assert site.rows("select max(horizon) from raw.retentions") == [(LATER,)]


@pytest.mark.long
def test_a_run_that_is_killed_goes_on(site: Site) -> None:
    """After each statement of the deletion, the connection breaks once."""
    retain_marts = move_horizon(site.warehouse, APRIL, "killed", months=12)
    assert retain_marts
    site.restore()
    for statement in ("minutes before the first", "after the first month"):
        with site.superuser() as cursor:
            cursor.execute(
                "create or replace function public.break() returns trigger language plpgsql as"
                " $$ begin raise exception 'killed'; end $$"
            )
            when = "true" if statement == "minutes before the first" else "new.horizon > '2025-02-15'"
            cursor.execute(
                f"create trigger broken before insert on raw.retentions for each row when ({when})"
                " execute function public.break()"
            )
        with pytest.raises(Exception, match="killed"):
            drop_minutes(site.warehouse, APRIL, "killed")
        site.rows("drop trigger broken on raw.retentions; select 1")
        check_conservation(site.warehouse, statement)
    assert site.rows(RAW) == [("02", 6), ("03", 6), ("04", 6)]
    assert drop_minutes(site.warehouse, APRIL, "killed") == {"months": 2, "minutes": 12}
    assert site.rows(RAW) == [("04", 6)]


def test_superseded_rows_leave_once_their_successor_is_transformed(site: Site) -> None:
    site.put("biometrics/4.parquet", readings("hulk", month=4, pulse=120))
    site.put("heroes.csv", b"hero_id,name,alter_ego,first_appearance\nhulk,The Hulk,Bruce,1962\n")
    site.put("mission_logs.json", json.dumps(MISSIONS[:1]).encode())
    site.load()
    assert retire_superseded(site.warehouse, LATER, "early") == {"loads": 0, "rows": 0}
    site.restore()
    before = built(site)
    assert retire_superseded(site.warehouse, MARCH, "too young") == {"loads": 0, "rows": 0}
    # In two steps: the second goes on behind the first.
    assert retire_superseded(site.warehouse, LATER, "first", most=1)["loads"] == 1
    assert retire_superseded(site.warehouse, LATER, "second")["loads"] == 2
    assert site.rows("select sum(objects), sum(rows) from raw.retentions") == [(3, 6 + 2 + 2)]
    hidden = "select load_id from {} where load_id not in (select load_id from raw.current_loads)"
    for table in ("raw.biometrics", "raw.heroes", "raw.missions", "staging.int_hero_records",
                  "staging.int_mission_records"):  # fmt: skip
        assert site.rows(hidden.format(table)) == [], table
    assert not site.plan().is_needed
    assert built(site) == before
    # What else is superseded by then: the account of the hours is still there.
    site.put("biometrics/4.parquet", readings("thor", month=4))
    site.restore()
    assert site.rows(FACT)[-1] == ("04", 3)
    rebuild(site)
    check_conservation(site.warehouse, "rebuilt")


def test_old_rows_leave_the_quarantine(site: Site) -> None:
    place = Place.parse(site.quarantine_bucket)
    assert len(site.quarantined()) == 4
    assert retire_quarantine(site.warehouse, site.store, place, MARCH, "young") == {"files": 0, "rows": 0}
    assert retire_quarantine(site.warehouse, site.store, place, LATER, "one", most=1) == {"files": 1, "rows": 3}
    assert retire_quarantine(site.warehouse, site.store, place, LATER, "two") == {"files": 3, "rows": 9}
    assert site.quarantined() == {}
    assert site.rows("select sum(rows), count(quarantine_key) from raw.rejections") == [(12, 0)]
    with pytest.raises(DecisionImpossibleError, match="their term was over"):
        decide(site, key="biometrics/1.parquet", hero_id="thor")
    assert decide(site, action="discard", key="biometrics/1.parquet")["rows"] == 3
    site.restore()
    assert site.rows(BOOKS)[0][2:] == (12, 0, 0)


def test_a_file_that_is_gone_already_and_a_store_that_refuses(site: Site) -> None:
    """A run was killed between the store and the ledger; another may not delete."""
    place = Place.parse(site.quarantine_bucket)
    site.client.delete_object(Bucket=site.quarantine_bucket, Key=next(iter(site.quarantined())))
    with pytest.raises(ClientError):
        retire_quarantine(site.warehouse, site.store, Place.parse("missing-bucket"), LATER, "refused")
    assert site.rows("select count(*) from raw.rejections where quarantine_key is null") == [(0,)]
    assert retire_quarantine(site.warehouse, site.store, place, LATER, "one")["files"] == 4


def test_a_preview_changes_nothing_and_no_term_drops_nothing(site: Site) -> None:
    site.put("biometrics/4.parquet", readings("hulk", month=4))
    site.restore()
    before = built(site)
    expected = {"readings_in_marts": 15, "readings_in_raw": 9, "superseded_loads": 1, "quarantine_files": 4}
    february = datetime(2025, 2, 1, tzinfo=UTC)
    assert preview(site.warehouse, Horizons(MARCH, february, LATER, LATER)) == expected
    assert preview(site.warehouse, Horizons(None, None, None, None)) == dict.fromkeys(expected, 0)
    assert not move_horizon(site.warehouse, None, "off")
    assert drop_minutes(site.warehouse, None, "off") == {"months": 0, "minutes": 0}
    assert retire_superseded(site.warehouse, None, "off") == {"loads": 0, "rows": 0}
    place = Place.parse(site.quarantine_bucket)
    assert retire_quarantine(site.warehouse, site.store, place, None, "off") == {"files": 0, "rows": 0}
    assert site.rows("select count(*) from raw.retentions") == [(0,)]
    assert built(site) == before
