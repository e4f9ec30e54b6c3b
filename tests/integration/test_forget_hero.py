"""A hero who was forgotten is nowhere any more, and the books balance."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.ledger import erasures
from include.cerebro.loading.aggregation import Aggregation
from include.cerebro.maintenance.erasure.erase import Counts, Erasure, ReasonNamesHeroError, erase, preview
from include.cerebro.maintenance.erasure.objects import list_holders
from include.cerebro.maintenance.erasure.quarantine import clean
from include.cerebro.schema.suitability import dbt_relations
from tests.integration.helpers import Site, copy_site, make_site, parquet

# Every spelling that the landing zone has, in lower case.
SPELLINGS = ("hulk", "h_u_l_k", "h-u-l-k")
HEROES = b"hero_id,name,alter_ego,first_appearance\nhulk,Green One,Bruce,1962\nthor,Thor,,1962\n,hulk,nobody,1962\n"
MISSIONS: list[dict[str, Any]] = [
    {"mission_id": "m1", "timestamp": "2025-01-01T00:01:30Z", "hero_ids": ["thor", "Hulk", "loki"],
     "outcome": "Successful", "damage_report": {"structural_damage": 20000.50}, "extra":  "stays"},
    {"mission_id": "m2", "timestamp": "2025-01-01T00:02:30Z", "hero_ids": ["thor"], "outcome": "Failed"},
    {"mission_id": "m2", "timestamp": "2025-01-01T00:02:30Z", "hero_ids": ["HULK"], "outcome": "Successful"},
    {"missionId": "m3", "timestamp": "2025-01-01T01:03:30+01:00", "heroIds": "H_U_L_K, loki", "outcome": "Successful"},
    {"mission_id": "m4", "timestamp": "2025-01-01T05:00:30Z", "hero_ids": [{"hero_id": "hulk"}]},
    {"mission_id": "m5", "timestamp": "never", "hero_ids": ["thor", "hulk"]},
]  # fmt: skip

# All tables, and what is compared of them. checked_at is the time of a check, and records of superseded loads stay
# until a rebuild.
BUILT = {
    "staging.int_hero_ids": "*",
    "staging.int_hero_records join raw.current_loads using (load_id)": "int_hero_records",
    "staging.int_mission_records join raw.current_loads using (load_id)": "int_mission_records",
    "staging.int_mission_totals": "*",
    "marts.dim_heroes": "*",
    "marts.dim_missions": "*",
    "marts.bridge_mission_heroes": "*",
    "marts.fact_biometrics": "*",
    "analytics.obt_cerebro_restored": "*",
    "analytics.hulk_factor": "*",
    "analytics.reliability": "*",
    "operations.readings_by_hour": "hour_at, reading_count",
}


def readings(*heroes: Any, day: int = 1, hour: int = 0, pulse: float = 80) -> bytes:
    """Three minutes of each hero."""
    return parquet(
        [(f"2025-01-0{day} 0{hour}:0{minute}:07", hero, pulse, 10, 100) for hero in heroes for minute in range(3)]
    )


def deliver(site: Site) -> None:
    site.put("heroes.csv", HEROES)
    site.put("mission_logs.json", json.dumps(MISSIONS).encode())
    site.put("biometrics/1.parquet", readings("hulk", " Hulk", "thor", pulse=70))
    site.put("biometrics/alone.parquet", readings("hulk", hour=3))
    site.put(
        "biometrics/bad.parquet",
        parquet(
            [("2025-01-01 00:00:00", "HULK", None, None, None), ("2025-01-01 00:00:00", "thor", None, None, None)]
            + [(f"2025-01-01 00:0{minute}:09", "h-u-l-k", 90, 1, 100) for minute in range(4)]
        ),
    )
    site.restore()
    # A correction, another spelling, a copy, and one object more.
    site.put("biometrics/1.parquet", readings("hulk", "H_U_L_K", "thor", "loki", pulse=90))
    site.put("heroes.csv", HEROES.replace(b"hulk,Green One", b"Hulk,The Other Guy"))
    site.put("biometrics/copy.parquet", readings("hulk", hour=3))
    site.put("biometrics/2.parquet", readings("thor", "hulk", day=2))
    site.restore()


@pytest.fixture(scope="module")
def origin(services: dict[str, str]) -> Iterator[Site]:
    """A site where everything was delivered. Only copies of it are changed."""
    made = make_site(services)
    deliver(made)
    yield made
    made.drop()


@pytest.fixture
def delivered(origin: Site) -> Iterator[Site]:
    """A copy of the origin, for this test alone."""
    made = copy_site(origin)
    yield made
    made.drop()


def forget(site: Site, hero_id: str = "Hu.lk", run: str = "forget 1") -> Erasure:
    """The whole DAG but the person."""
    done = erase(site.warehouse, hero_id, run, dbt_relations(site.settings.dbt_manifest))
    clean(site.warehouse, site.store, site.settings, done.erasure_id)
    list_holders(site.warehouse, [site.zone], lambda _: site.store, done.erasure_id)
    return done


def tables(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    return {name: sorted(site.rows(f"select {what} from {name}"), key=repr) for name, what in BUILT.items()}


def rebuilt(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    """All tables as a warehouse has them that was rebuilt from the present raw."""
    with site.superuser() as cursor:
        cursor.execute("truncate meta.tables, meta.transformations")
    site.transform()
    return tables(site)


def mentions(site: Site) -> dict[str, list[Any]]:
    """Every row of the database, and every object of the quarantine, with the hero in any spelling."""
    names = site.rows(
        "select format('%I.%I', nspname, relname) from pg_class join pg_namespace on relnamespace = pg_namespace.oid"
        " where relkind in ('r', 'p', 'm') and nspname !~ '^pg_|information_schema'"
    )
    found: dict[str, list[Any]] = {}
    for (name,) in names:
        # The first question has its name from a hero.
        rows = [row.replace("hulk_factor", "") for (row,) in site.rows(f"select rows::text from {name} as rows")]
        found[name] = [row for row in rows if any(spelling in row.lower() for spelling in SPELLINGS)]
    statistics = site.rows(
        "select coalesce(most_common_vals::text, '') || coalesce(histogram_bounds::text, '') from pg_stats"
        " where schemaname not in ('pg_catalog', 'information_schema', 'meta')"
    )
    found["statistics"] = [row for (row,) in statistics if any(spelling in row.lower() for spelling in SPELLINGS)]
    for key, rows in site.quarantined().items():
        found[key] = [row for row in rows if any(spelling in str(row).lower() for spelling in SPELLINGS)]
    return {name: rows for name, rows in found.items() if rows}


def test_the_hero_is_nowhere_and_all_tables_are_those_of_a_rebuild(delivered: Site) -> None:
    site = delivered
    assert mentions(site)
    ranks = site.rows("select rank, hero_id from analytics.hulk_factor order by rank")
    assert len(ranks) == 3

    assert preview(site.warehouse, "h u l k", "ticket 1") == Counts(8, 22, 2, 4)
    done = forget(site)
    assert done.counts == Counts(8, 22, 2, 4)
    assert mentions(site) == {}
    check_conservation(site.warehouse, "after")

    before = tables(site)
    site.transform()
    # The crew of m2 is that of the earlier record now, which the next transformation finds.
    assert ("m2", "thor") in tables(site)["marts.bridge_mission_heroes"]
    before = tables(site)
    assert before == rebuilt(site)
    assert before["analytics.hulk_factor"]
    check_conservation(site.warehouse, "rebuilt")
    assert mentions(site) == {}


@pytest.mark.long
def test_nothing_is_left_to_the_next_run_where_no_crew_came_back(site: Site) -> None:
    """The ranks, the account of the hours and the totals are those of a rebuild at once."""
    others = [mission for mission in MISSIONS if mission.get("mission_id") != "m2"]
    site.put("mission_logs.json", json.dumps(others).encode())
    site.put("heroes.csv", HEROES)
    site.put("biometrics/1.parquet", readings("hulk", "thor", "loki"))
    site.put("biometrics/2.parquet", readings("hulk", hour=4))
    site.restore()
    forget(site)
    assert not site.plan().is_needed
    assert tables(site) == rebuilt(site)


def test_records_lose_the_hero_and_nothing_else(delivered: Site) -> None:
    site = delivered
    forget(site)
    records = dict(site.rows("select row_number, record::text from raw.missions order by 1"))
    first = json.dumps(MISSIONS[0])
    assert records[1] == first.replace('["thor", "Hulk", "loki"]', '["thor", "loki"]') != first
    assert records[2] == json.dumps(MISSIONS[1])
    assert json.loads(records[4])["heroIds"] == ["loki"]
    assert json.loads(records[5])["hero_ids"] == []


def test_a_delivery_does_not_bring_the_hero_back(delivered: Site) -> None:
    site = delivered
    forget(site)
    site.restore()
    assert mentions(site) == {}
    site.put("biometrics/1.parquet", readings("hulk", "H_U_L_K", "thor", "loki", pulse=95))
    site.put("biometrics/new.parquet", readings("thor", "HULK", hour=6))
    site.put("biometrics/only.parquet", readings("hulk", hour=7))
    site.put(
        "biometrics/bad.parquet",
        parquet([("2025-01-01", "HULK", None, 1, 1), (None, "hulk", 1, 1, 1), (None, "thor", 1, 1, 1)] * 2),
    )
    site.put("heroes/new.csv", HEROES.replace(b"Bruce", b"Banner"))
    site.put("mission_logs/new.json", json.dumps([{**mission, "location": "here"} for mission in MISSIONS]).encode())
    result = site.restore()
    assert result.failed == []
    assert mentions(site) == {}
    reasons = site.rows(
        "select object_key, reason, rows, quarantine_key is null"
        " from raw.rejections join raw.current_loads using (load_id)"
        " where reason = 'erased_hero' order by 1"
    )
    assert reasons == [
        ("biometrics/1.parquet", "erased_hero", 6, True),
        ("biometrics/bad.parquet", "erased_hero", 4, True),
        ("biometrics/new.parquet", "erased_hero", 3, True),
        ("biometrics/only.parquet", "erased_hero", 3, True),
        # Rejected before, and taken out of the quarantine.
        ("heroes.csv", "erased_hero", 1, True),
        ("heroes/new.csv", "erased_hero", 2, True),
        ("mission_logs.json", "erased_hero", 1, True),
        ("mission_logs/new.json", "erased_hero", 1, True),
    ]
    crews = dict(site.rows("select row_number, record -> 'hero_ids' from raw.missions order by load_id"))
    assert crews[1] == ["thor", "loki"]
    assert tables(site) == rebuilt(site)


@pytest.mark.long
def test_a_load_that_was_reading_meanwhile_commits_nothing(delivered: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """It found no erasure when it began to read, and its rejected readings are in the quarantine already."""
    site = delivered
    bad = parquet([("2025-01-03 00:00:00", "hulk", None, None, None), ("2025-01-03 00:00:00", "hulk", 1, 1, 1)])
    site.put("biometrics/late.parquet", bad)
    run = Aggregation.run

    def run_and_forget(aggregation: Aggregation, client: Any) -> None:
        run(aggregation, client)
        forget(site)

    monkeypatch.setattr(Aggregation, "run", run_and_forget)
    with pytest.raises(erasures.ErasedMeanwhileError):
        site.load()
    assert mentions(site) == {}
    monkeypatch.setattr(Aggregation, "run", run)
    site.restore()
    assert mentions(site) == {}
    assert tables(site) == rebuilt(site)


@pytest.mark.long
def test_a_transformation_at_work_does_not_bring_the_hero_back(delivered: Site) -> None:
    """The erasure commits between two models of a build, again and again at another place."""
    site = delivered
    site.put("biometrics/3.parquet", readings("hulk", "thor", day=3))
    site.put("biometrics/4.parquet", readings("hulk", day=4))
    site.put("heroes/4.csv", b"hero_id,name,alter_ego,first_appearance\nHULK,hulk,x,1\nloki,Loki,,1\n")
    site.load()
    with site.start_transformation() as process:
        while not site.rows("select from staging.int_stale_hours where hero_id ilike 'hulk'"):
            time.sleep(0.05)
        forget(site)
        output, _ = process.communicate()
    assert process.returncode == 0, output
    assert mentions(site) == {}
    site.restore()
    assert mentions(site) == {}
    assert tables(site) == rebuilt(site)


def test_a_build_is_waited_for(delivered: Site) -> None:
    site = delivered
    with closing(psycopg2.connect(site.warehouse_uri)) as build, build.cursor() as cursor:
        cursor.execute(
            "select pg_advisory_xact_lock(hashtextextended("
            'format(\'dbt: "%s"."marts"."dim_heroes"\', current_database()), 0))'
        )
        forgetting = threading.Thread(target=forget, args=[site])
        forgetting.start()
        forgetting.join(2)
        assert forgetting.is_alive()
        assert site.rows("select from raw.erasures") == []
        build.rollback()
    forgetting.join()
    assert mentions(site) == {}


@pytest.mark.parametrize("step", ["erase._leave_crews", "erase.Erasure", "quarantine._record"])
def test_a_killed_run_is_finished_by_its_retry(delivered: Site, step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    site = delivered

    def die(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    before = tables(site)
    with monkeypatch.context() as killed:
        killed.setattr(f"include.cerebro.maintenance.erasure.{step}", die)
        with pytest.raises(KeyboardInterrupt):
            forget(site)
    if step == "erase._leave_crews":
        assert tables(site) == before
    assert forget(site).counts == Counts(8, 22, 2, 4)
    assert site.rows("select count(*) from raw.erasures") == [(1,)]
    assert mentions(site) == {}


def test_objects_that_still_hold_the_hero_are_listed(delivered: Site) -> None:
    site = delivered
    site.remove("biometrics/2.parquet")
    site.put("biometrics/clean.parquet", readings("thor", hour=8))
    site.restore()
    forget(site)
    listed = [key for (key,) in site.rows("select object_key from meta.erasure_objects order by 1")]
    assert listed == [
        "biometrics/1.parquet", "biometrics/alone.parquet", "biometrics/bad.parquet", "biometrics/copy.parquet",
        "heroes.csv", "mission_logs.json",
    ]  # fmt: skip


@pytest.mark.long
def test_bytes_that_move_to_another_key_take_along_what_has_left_them(delivered: Site) -> None:
    site = delivered
    forget(site)
    site.put("heroes/z.csv", HEROES.replace(b"hulk,Green One", b"Hulk,The Other Guy"))
    site.put("biometrics/alone.parquet", readings("thor", hour=3))
    site.restore()
    assert mentions(site) == {}
    check_conservation(site.warehouse, "moved")
    assert tables(site) == rebuilt(site)


@pytest.mark.long
def test_two_heroes_are_forgotten_one_after_the_other(delivered: Site) -> None:
    site = delivered
    forget(site)
    done = forget(site, "THOR", "forget 2")
    assert done.counts.participations == 2
    site.restore()
    assert site.rows("select hero_id from marts.dim_heroes") == [("loki",)]
    assert tables(site) == rebuilt(site)
    check_conservation(site.warehouse, "both")


def test_a_reason_that_names_the_hero_is_refused(site: Site) -> None:
    for reason in ("Hulk asked for it", "request of h.u.l.k", "see hulk's mail"):
        with pytest.raises(ReasonNamesHeroError):
            preview(site.warehouse, "hulk", reason)
    preview(site.warehouse, "1", "ticket 2025-11")


@pytest.mark.long
def test_a_hero_may_be_forgotten_before_anything_is_there(site: Site) -> None:
    """As after a rebuild from the landing zone, whose erasures are gone with the old warehouse."""
    assert forget(site).counts == Counts(0, 0, 0, 0)
    deliver(site)
    assert mentions(site) == {}
    assert site.rows("select hero_id from marts.dim_heroes order by 1") == [("loki",), ("thor",)]
