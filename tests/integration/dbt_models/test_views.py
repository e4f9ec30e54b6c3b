"""A view changes only when its SQL does, in place, and never takes users' views with it (W8, W10)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2

from tests.integration.dbt_models.company import (
    HEROES,
    VERSIONS_OF_VIEWS,
    VIEWS,
    columns,
    reader,
    wait_for_readers_one_second,
)
from tests.integration.dbt_models.warehouse import Warehouse

STG_HEROES = Path("models", "staging", "stg_heroes.sql")


def with_one_column_more(change: Callable[[Path, str, str], None]) -> None:
    change(STG_HEROES, "            as first_appearance\n", "            as first_appearance,\n        1 as weight\n")
    change(
        STG_HEROES.with_suffix(".yml"),
        "      - name: first_appearance\n",
        "      - name: weight\n        description: One.\n      - name: first_appearance\n",
    )


def with_one_column_less(change: Callable[[Path, str, str], None]) -> None:
    change(STG_HEROES, "        raw.short_text(heroes.known ->> 'alter_ego') as alter_ego,\n", "")
    change(
        STG_HEROES.with_suffix(".yml"),
        "      - name: alter_ego\n        description: The civil name; null if the record has none.\n",
        "",
    )


# Views that change


def test_a_changed_description_leaves_the_view_itself_alone(
    built: Warehouse, change: Callable[[Path, str, str], None]
) -> None:
    rules = "select xmin::text from pg_rewrite where ev_class = 'staging.stg_heroes'::regclass"
    before = built.rows(rules)
    change(STG_HEROES.with_suffix(".yml"), "The name, as spelled in the record.", "It is the record's name.")
    assert "UNCHANGED" in built.dbt(*HEROES).stdout
    assert built.rows(rules) == before
    described = (
        "select col_description(attrelid, attnum) from pg_attribute where attrelid = %s::regclass and attname = %s"
    )
    assert built.rows(described, ["staging.stg_heroes", "hero_name"]) == [("It is the record's name.",)]


def test_a_users_view_survives_a_new_column(built: Warehouse, change: Callable[[Path, str, str], None]) -> None:
    """Every run dropped views on staging by cascade (W8)."""
    built.execute("create view public.mine as select load_id, hero_id from staging.stg_heroes")
    built.dbt(*VIEWS)
    with_one_column_more(change)
    built.dbt(*HEROES)
    assert columns(built, "staging.stg_heroes")[-1] == "weight"
    weight = "select col_description('staging.stg_heroes'::regclass, attnum) from pg_attribute where attname = %s"
    assert built.rows(weight, ["weight"]) == [("One.",)]
    assert built.rows("select count(*) from public.mine") == built.rows("select count(*) from raw.heroes")


def test_a_removed_column_stops_with_the_names_of_users_views(
    built: Warehouse, change: Callable[[Path, str, str], None]
) -> None:
    visitor = "cerebro_loader"
    built.execute("create view public.mine as select alter_ego from staging.stg_heroes")
    built.execute("create materialized view public.theirs as select * from public.mine")
    built.execute(f"grant select on staging.stg_heroes to {visitor} with grant option")
    built.execute(f"grant select (hero_id, alter_ego) on staging.stg_heroes to {visitor}")
    before = built.rows(VERSIONS_OF_VIEWS)
    with_one_column_less(change)
    failed = built.dbt(*HEROES, check=False)
    assert failed.returncode == 1
    assert "staging.stg_heroes loses or changes columns, and public.mine, public.theirs use it" in failed.stdout
    assert built.rows(VERSIONS_OF_VIEWS) == before

    built.execute("drop view public.mine cascade")
    built.dbt(*HEROES)
    assert "alter_ego" not in columns(built, "staging.stg_heroes")
    # What was granted on the old view is granted on the new one.
    rights = "select grantee::regrole::text, is_grantable from pg_class, aclexplode(relacl) where relname = %s"
    granted = built.rows(rights + " and grantee <> relowner order by 1", ["stg_heroes"])
    assert granted == [(visitor, True)]
    of_columns = "select attname from pg_attribute where attrelid = 'staging.stg_heroes'::regclass and attacl"
    assert built.rows(of_columns + " is not null") == [("hero_id",)]


def test_views_that_the_run_rebuilds_may_be_dropped_with_their_base(
    built: Warehouse, change: Callable[[Path, str, str], None]
) -> None:
    change(
        STG_HEROES.with_name("stg_missions.sql"),
        "        not exists (\n",
        "        exists (select from {{ ref('stg_heroes') }})\n        and not exists (\n",
    )
    built.dbt(*HEROES, "stg_missions")
    with_one_column_less(change)
    alone = built.dbt(*HEROES, check=False)
    assert "staging.stg_missions use it" in alone.stdout
    built.dbt(*HEROES, "stg_missions")
    assert "alter_ego" not in columns(built, "staging.stg_heroes")
    assert "mission_id" in columns(built, "staging.stg_missions")


def test_a_view_that_somebody_replaced_by_hand_is_put_right(built: Warehouse) -> None:
    definition = built.rows("select pg_get_viewdef('staging.stg_missions'::regclass)")
    built.execute("create or replace view staging.stg_missions as " + definition[0][0].rstrip(";") + " limit 0")
    built.dbt("run", "--select", "stg_missions")
    assert built.rows("select pg_get_viewdef('staging.stg_missions'::regclass)") == definition


def test_a_table_in_the_place_of_a_view_is_replaced(built: Warehouse) -> None:
    built.execute("set role cerebro_transformer")
    built.execute("drop view staging.stg_missions; create table staging.stg_missions (one integer)")
    built.execute("reset role")
    built.dbt("run", "--select", "stg_missions")
    assert "mission_id" in columns(built, "staging.stg_missions")


def test_a_changed_view_gives_up_on_a_reader_in_time(
    built: Warehouse, change: Callable[[Path, str, str], None], tmp_path: Path
) -> None:
    wait_for_readers_one_second(built, tmp_path)
    with_one_column_more(change)
    with reader(built, "staging.stg_heroes"):
        failed = built.dbt(*HEROES, check=False)
    assert failed.returncode == 1
    assert "canceling statement due to lock timeout" in failed.stdout
    built.dbt(*HEROES)


# Two builds at once


def test_two_builds_of_a_view_take_turns(built: Warehouse, tmp_path: Path) -> None:
    """They collided in pg_type where nothing was built yet (W10)."""
    built.execute("drop view staging.stg_heroes")
    parsed = built.scratch
    builds = []
    # Both look for the view before either has made it.
    with closing(psycopg2.connect(built.uri)) as gate, gate.cursor() as cursor:
        cursor.execute("lock table raw.heroes in access exclusive mode")
        for number in range(2):
            built.scratch = tmp_path / str(number)
            shutil.copytree(parsed, built.scratch)
            builds.append(built.start_dbt(*HEROES))
        waiting = "select count(*) from pg_stat_activity where datname = %s and wait_event_type = 'Lock'"
        deadline = time.monotonic() + 180
        while built.rows(waiting, [built.database]) != [(2,)]:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        gate.rollback()
    outputs = [build.communicate(timeout=120)[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], outputs
    assert sorted("UNCHANGED" in output for output in outputs) == [False, True]


def test_a_build_waits_for_its_turn_longer_than_for_a_reader(built: Warehouse, tmp_path: Path) -> None:
    """lock_timeout holds for advisory locks, too; another build may take longer."""
    wait_for_readers_one_second(built, tmp_path)
    other = f'dbt: "{built.database}"."staging"."stg_heroes"'
    with closing(psycopg2.connect(built.uri)) as gate, gate.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [other])
        build = built.start_dbt(*HEROES)
        waited = "select 1 from pg_stat_activity where wait_event = 'advisory' and now() - query_start > interval '3 s'"
        deadline = time.monotonic() + 60
        while not built.rows(waited):
            assert time.monotonic() < deadline
            assert build.poll() is None, build.communicate()[0]
            time.sleep(0.2)
        gate.rollback()
    assert build.communicate(timeout=60)[0].count("UNCHANGED") == 1
