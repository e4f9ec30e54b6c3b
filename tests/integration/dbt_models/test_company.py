"""Readers, backups, users' own views and grants beside the pipeline: neither stops or harms the other (W8, W9, W10)."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from include.cerebro.platform.warehouse import Warehouse as Address
from include.cerebro.schema.setup import WarehouseLockedError, prepare_warehouse
from tests.integration.dbt_models.conftest import Server
from tests.integration.dbt_models.warehouse import PROJECT, Warehouse

VIEWS = ("run", "--select", "config.materialized:view")
HISTORY = ("run", "--select", "load_history")
LOAD_HISTORY = Path("models", "operations", "load_history.sql")

# Any DDL, COMMENT or GRANT on a view writes one of these rows anew.
VERSIONS_OF_VIEWS = """
    select pg_class.oid::regclass::text, pg_class.oid, pg_class.xmin::text, pg_rewrite.xmin::text, comments.versions
    from pg_class
    inner join pg_rewrite on pg_class.oid = pg_rewrite.ev_class
    left join lateral (
        select string_agg(pg_description.xmin::text, ' ' order by pg_description.objsubid) as versions
        from pg_description
        where pg_description.objoid = pg_class.oid
    ) as comments on true
    where pg_class.relkind = 'v' and pg_class.relnamespace::regnamespace::text in ('staging', 'operations', 'raw')
    order by 1
"""


def address(warehouse: Warehouse) -> Address:
    """The same database as the pipeline knows it."""
    parts = urlsplit(warehouse.uri)
    return Address(
        parts.hostname or "", parts.port or 5432, parts.username or "", parts.password or "", warehouse.database
    )


@contextmanager
def reader(warehouse: Warehouse, *relations: str) -> Iterator[int]:
    """An open transaction that has read the relations, as a pg_dump or a notebook has it; yields its process id."""
    with closing(psycopg2.connect(warehouse.uri, application_name="notebook")) as connection:
        with connection.cursor() as cursor:
            for relation in relations:
                cursor.execute(f"select * from {relation} limit 1")
        yield connection.info.backend_pid


@pytest.fixture
def change(built: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path, str, str], None]:
    """Replaces text in a file of a copy of the dbt project, which dbt runs from then on."""
    project = tmp_path / "project"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    monkeypatch.setenv("DBT_PROJECT_DIR", str(project))
    monkeypatch.setattr("tests.integration.dbt_models.warehouse.PROJECT", project)
    # A parsed project of its own.
    built.scratch = tmp_path

    def replace(path: Path, old: str, new: str) -> None:
        text = (project / path).read_text()
        assert old in text
        (project / path).write_text(text.replace(old, new))

    return replace


@pytest.fixture
def visitor(built: Warehouse, server: Server) -> Iterator[str]:
    """A role of somebody else's, with no rights."""
    server.execute("create role {}", "visitor")
    yield "visitor"
    server.execute_in(built, "drop owned by visitor")
    server.execute("drop role {}", "visitor")


@pytest.fixture
def hasty(built: Warehouse, tmp_path: Path) -> None:
    """dbt's sessions wait for a lock of a reader for one second."""
    profile = (PROJECT / "profiles.yml").read_text()
    assert "lock_timeout to '30s'" in profile
    (tmp_path / "profiles.yml").write_text(profile.replace("lock_timeout to '30s'", "lock_timeout to '1s'"))
    built.profiles = tmp_path


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


def columns(warehouse: Warehouse, relation: str) -> list[str]:
    query = "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 order by attnum"
    return [name for (name,) in warehouse.rows(query, [relation])]


# Nothing changed


def test_a_second_run_writes_nothing_to_any_view(built: Warehouse) -> None:
    before = built.rows(VERSIONS_OF_VIEWS)
    assert {"operations.load_history", "operations.run_checks", "staging.stg_heroes"} <= {name for name, *_ in before}
    assert "UNCHANGED" in built.dbt(*VIEWS).stdout
    assert built.rows(VERSIONS_OF_VIEWS) == before


def test_an_open_reader_stops_neither_dbt_nor_prepare_warehouse(built: Warehouse) -> None:
    """Each waited for every reader of a view without limit, and other readers waited behind (W8)."""
    prepare_warehouse(address(built))
    before = built.rows(VERSIONS_OF_VIEWS)
    everything = ("operations.load_history", "staging.stg_heroes", "raw.current_loads", "raw.loads", "raw.biometrics")
    with reader(built, *everything):
        built.dbt(*VIEWS)
        prepare_warehouse(address(built), timedelta(seconds=1))
    assert built.rows(VERSIONS_OF_VIEWS) == before


# Views that change


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
    built: Warehouse, change: Callable[[Path, str, str], None], visitor: str
) -> None:
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
        difference,
        difference = 0 as is_conserved
""",
        """        dag_run_id,
        loaded_at as checked_at,
        rows_in as readings_in,
        rows_in as readings_in_facts,
        rows_in as readings_rejected,
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


@pytest.mark.usefixtures("hasty")
def test_a_changed_view_gives_up_on_a_reader_in_time(
    built: Warehouse, change: Callable[[Path, str, str], None]
) -> None:
    with_one_column_more(change)
    with reader(built, "operations.load_history"):
        failed = built.dbt(*HISTORY, check=False)
    assert failed.returncode == 1
    assert "canceling statement due to lock timeout" in failed.stdout
    built.dbt(*HISTORY)


# Grants


def test_a_grant_by_hand_survives_runs(built: Warehouse, visitor: str) -> None:
    """`+grants` revoked at every run what it did not list (W9)."""
    for relation in ("marts.dim_heroes", "analytics.reliability", "operations.load_history"):
        built.execute(f"grant select on {relation} to {visitor}")
    built.dbt("run")
    granted = "select relname from pg_class, aclexplode(relacl) where grantee = %s::regrole order by 1"
    assert built.rows(granted, [visitor]) == [("dim_heroes",), ("load_history",), ("reliability",)]


def test_a_grant_by_hand_survives_a_full_refresh(built: Warehouse, visitor: str) -> None:
    built.execute(f"grant select on marts.fact_biometrics to {visitor}")
    before = built.rows("select 'marts.fact_biometrics'::regclass::oid")
    built.dbt("run", "--full-refresh", "--select", "fact_biometrics")
    assert built.rows("select 'marts.fact_biometrics'::regclass::oid") != before
    assert built.rows(f"select has_table_privilege('{visitor}', 'marts.fact_biometrics', 'select')") == [(True,)]


def test_the_analyst_reads_a_new_table_at_once(built: Warehouse) -> None:
    built.execute("set role cerebro_transformer")
    for relation in ("table marts.another (a)", "view operations.another (a)", "table staging.another (a)"):
        built.execute(f"create {relation} as select 1")
    built.execute("reset role; set role cerebro_analyst")
    assert built.rows("select * from marts.another, operations.another") == [(1, 1)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        built.rows("select * from staging.another")


def test_an_upgrade_grants_what_was_built_before(warehouse: Warehouse) -> None:
    """Default privileges hold for tables that are made later."""
    schemas = "marts, analytics, operations"
    revoke = f"alter default privileges for role cerebro_transformer in schema {schemas} revoke select on tables"
    warehouse.execute(f"{revoke} from cerebro_analyst")
    warehouse.execute("set role cerebro_transformer; create table marts.old as select 1 as a; reset role")
    # Not the pipeline's to grant, and nothing that stops it.
    warehouse.execute("create table public.foreign_to_it (a integer)")
    prepare_warehouse(address(warehouse))
    warehouse.execute("set role cerebro_analyst")
    assert warehouse.rows("select * from marts.old") == [(1,)]


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
        deadline = time.monotonic() + 60
        while built.rows(waiting, [built.database]) != [(2,)]:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        gate.rollback()
    outputs = [build.communicate(timeout=120)[0] for build in builds]
    assert [build.returncode for build in builds] == [0, 0], outputs
    assert sorted("UNCHANGED" in output for output in outputs) == [False, True]


@pytest.mark.usefixtures("hasty")
def test_a_build_waits_for_its_turn_longer_than_for_a_reader(built: Warehouse) -> None:
    """lock_timeout holds for advisory locks, too; another build may take longer."""
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


# The pipeline's own schemas


def test_prepare_warehouse_names_who_stands_in_its_way(built: Warehouse) -> None:
    """It waited without limit, and said nothing (W8)."""
    with reader(built, "raw.current_loads") as process:
        began = time.monotonic()
        with pytest.raises(WarehouseLockedError) as raised:
            prepare_warehouse(address(built), timedelta(seconds=1))
        assert time.monotonic() - began < 10
    assert f"process {process} (user cerebro, application notebook, in a transaction since 2" in str(raised.value)
    assert "within 1 s" in str(raised.value)
    prepare_warehouse(address(built), timedelta(seconds=1))


@pytest.mark.parametrize(
    ("loss", "is_back"),
    [
        ("drop table meta.alerts", "select to_regclass('meta.alerts') is not null"),
        ("drop index raw.loads_supersedes", "select to_regclass('raw.loads_supersedes') is not null"),
        ("drop trigger loads_history_only_grows on raw.loads", "select count(*) = 1 from pg_trigger where tgname = "
         "'loads_history_only_grows'"),
        ("revoke insert on raw.heroes from cerebro_loader",
         "select has_table_privilege('cerebro_loader', 'raw.heroes', 'insert')"),
        ("create or replace view raw.current_loads as select * from raw.loads",
         "select pg_get_viewdef('raw.current_loads'::regclass) like '%%successors%%'"),
    ],
)  # fmt: skip
def test_what_is_lost_by_hand_comes_back(warehouse: Warehouse, loss: str, is_back: str) -> None:
    prepare_warehouse(address(warehouse))
    applied = "select count(*) from meta.schema_versions"
    assert warehouse.rows(applied) == [(1,)]
    warehouse.execute("create table raw.of_a_user (a integer); grant select on raw.loads to cerebro_analyst")
    prepare_warehouse(address(warehouse))
    assert warehouse.rows(applied) == [(1,)]
    warehouse.execute(loss)
    prepare_warehouse(address(warehouse))
    assert warehouse.rows(is_back.replace("%%", "%")) == [(True,)]
    assert warehouse.rows(applied) == [(2,)]
