"""A view changes only when its SQL does, in place, and never takes users' views with it (W8, W10)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg2

from tests.integration.dbt_models.company import (
    HISTORY,
    VERSIONS_OF_VIEWS,
    VIEWS,
    columns,
    reader,
    wait_for_readers_one_second,
)
from tests.integration.dbt_models.warehouse import Warehouse

LOAD_HISTORY = Path("models", "operations", "load_history.sql")


def with_one_column_more(change: Callable[[Path, str, str], None]) -> None:
    change(LOAD_HISTORY, "        loads.dag_run_id\n", "        loads.dag_run_id,\n        1 as weight\n")
    change(
        LOAD_HISTORY.with_suffix(".yml"),
        "      - name: dag_run_id\n",
        "      - name: weight\n        data_type: integer\n        description: One.\n      - name: dag_run_id\n",
    )


def with_one_column_less(change: Callable[[Path, str, str], None]) -> None:
    change(LOAD_HISTORY, "        loads.etag,\n", "")
    change(
        LOAD_HISTORY.with_suffix(".yml"),
        "      - name: etag\n        data_type: text\n        description: The ETag of the object version.\n",
        "",
    )


# Views that change


def test_a_changed_description_leaves_the_view_itself_alone(
    built: Warehouse, change: Callable[[Path, str, str], None]
) -> None:
    rules = "select xmin::text from pg_rewrite where ev_class = 'operations.load_history'::regclass"
    before = built.rows(rules)
    change(LOAD_HISTORY.with_suffix(".yml"), "The ETag of the object version.", "It is the object version's ETag.")
    assert "UNCHANGED" in built.dbt(*HISTORY).stdout
    assert built.rows(rules) == before
    etag = (
        "select col_description(attrelid, attnum) from pg_attribute where attname = 'etag' and attrelid = %s::regclass"
    )
    assert built.rows(etag, ["operations.load_history"]) == [("It is the object version's ETag.",)]


def test_a_users_view_survives_a_new_column(built: Warehouse, change: Callable[[Path, str, str], None]) -> None:
    """Every run dropped views on staging and operations by cascade (W8)."""
    built.execute("create view public.mine as select load_id, status from operations.load_history")
    built.dbt(*VIEWS)
    with_one_column_more(change)
    built.dbt(*HISTORY)
    assert columns(built, "operations.load_history")[-1] == "weight"
    weight = "select col_description('operations.load_history'::regclass, attnum) from pg_attribute where attname = %s"
    assert built.rows(weight, ["weight"]) == [("One.",)]
    assert built.rows("select count(*) from public.mine") == built.rows("select count(*) from raw.loads")


def test_a_removed_column_stops_with_the_names_of_users_views(
    built: Warehouse, change: Callable[[Path, str, str], None]
) -> None:
    visitor = "cerebro_loader"
    built.execute("create view public.mine as select etag from operations.load_history")
    built.execute("create materialized view public.theirs as select * from public.mine")
    built.execute(f"grant select on operations.load_history to {visitor} with grant option")
    built.execute(f"grant select (status, etag) on operations.load_history to {visitor}")
    before = built.rows(VERSIONS_OF_VIEWS)
    with_one_column_less(change)
    failed = built.dbt(*HISTORY, check=False)
    assert failed.returncode == 1
    assert "operations.load_history loses or changes columns, and public.mine, public.theirs use it" in failed.stdout
    assert built.rows(VERSIONS_OF_VIEWS) == before

    built.execute("drop view public.mine cascade")
    built.dbt(*HISTORY)
    assert "etag" not in columns(built, "operations.load_history")
    # What was granted on the old view is granted on the new one.
    rights = "select grantee::regrole::text, is_grantable from pg_class, aclexplode(relacl) where relname = %s"
    granted = built.rows(rights + " and grantee <> relowner order by 1", ["load_history"])
    assert granted == [("cerebro_analyst", False), (visitor, True)]
    of_columns = "select attname from pg_attribute where attrelid = 'operations.load_history'::regclass and attacl"
    assert built.rows(of_columns + " is not null") == [("status",)]


def test_views_that_the_run_rebuilds_may_be_dropped_with_their_base(
    built: Warehouse, change: Callable[[Path, str, str], None]
) -> None:
    change(Path("models", "operations", "run_checks.sql"), "source('meta', 'reconciliations')", "ref('load_history')")
    change(
        Path("models", "operations", "run_checks.sql"),
        """        dag_run_id,
        checked_at,
        readings_in,
        readings_in_facts,
        readings_rejected,
        readings_erased,
        readings_retired,
        difference,
        difference = 0 as is_conserved
""",
        """        dag_run_id,
        loaded_at as checked_at,
        rows_in as readings_in,
        rows_in as readings_in_facts,
        rows_in as readings_rejected,
        rows_in as readings_erased,
        rows_in as readings_retired,
        rows_in as difference,
        true as is_conserved
""",
    )
    built.dbt(*HISTORY, "run_checks")
    with_one_column_less(change)
    alone = built.dbt(*HISTORY, check=False)
    assert "operations.run_checks use it" in alone.stdout
    built.dbt(*HISTORY, "run_checks")
    assert "etag" not in columns(built, "operations.load_history")
    assert "is_conserved" in columns(built, "operations.run_checks")


def test_a_view_that_somebody_replaced_by_hand_is_put_right(built: Warehouse) -> None:
    definition = built.rows("select pg_get_viewdef('operations.run_checks'::regclass)")
    built.execute("create or replace view operations.run_checks as " + definition[0][0].rstrip(";") + " limit 0")
    built.dbt("run", "--select", "run_checks")
    assert built.rows("select pg_get_viewdef('operations.run_checks'::regclass)") == definition


def test_a_table_in_the_place_of_a_view_is_replaced(built: Warehouse) -> None:
    built.execute("set role cerebro_transformer")
    built.execute("drop view operations.run_checks; create table operations.run_checks (one integer)")
    built.execute("reset role")
    built.dbt("run", "--select", "run_checks")
    assert "is_conserved" in columns(built, "operations.run_checks")


def test_a_changed_view_gives_up_on_a_reader_in_time(
    built: Warehouse, change: Callable[[Path, str, str], None], tmp_path: Path
) -> None:
    wait_for_readers_one_second(built, tmp_path)
    with_one_column_more(change)
    with reader(built, "operations.load_history"):
        failed = built.dbt(*HISTORY, check=False)
    assert failed.returncode == 1
    assert "canceling statement due to lock timeout" in failed.stdout
    built.dbt(*HISTORY)


# Two builds at once


def test_two_builds_of_a_view_take_turns(built: Warehouse, tmp_path: Path) -> None:
    """They collided in pg_type where nothing was built yet (W10)."""
    built.execute("drop view operations.load_history")
    parsed = built.scratch
    builds = []
    # Both look for the view before either has made it.
    with closing(psycopg2.connect(built.uri)) as gate, gate.cursor() as cursor:
        cursor.execute("lock table raw.loads in access exclusive mode")
        for number in range(2):
            built.scratch = tmp_path / str(number)
            shutil.copytree(parsed, built.scratch)
            builds.append(built.start_dbt(*HISTORY))
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
    other = f'dbt: "{built.database}"."operations"."load_history"'
    with closing(psycopg2.connect(built.uri)) as gate, gate.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [other])
        build = built.start_dbt(*HISTORY)
        waited = "select 1 from pg_stat_activity where wait_event = 'advisory' and now() - query_start > interval '3 s'"
        deadline = time.monotonic() + 60
        while not built.rows(waited):
            assert time.monotonic() < deadline
            assert build.poll() is None, build.communicate()[0]
            time.sleep(0.2)
        gate.rollback()
    assert build.communicate(timeout=60)[0].count("UNCHANGED") == 1
