"""Readers, backups and grants beside the pipeline: neither stops or harms the other (W8, W9)."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg2
import pytest

from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.schema.turns import WarehouseLockedError
from testing.sites import warehouse_of
from tests.integration.dbt_models.company import VERSIONS_OF_VIEWS, VIEWS, reader, wait_for_readers_one_second
from tests.integration.dbt_models.warehouse import Warehouse

# Nothing changed


def test_a_second_run_writes_nothing_to_any_view(built: Warehouse) -> None:
    before = built.rows(VERSIONS_OF_VIEWS)
    assert {"operations.load_history", "operations.run_checks", "staging.stg_heroes"} <= {name for name, *_ in before}
    assert "UNCHANGED" in built.dbt(*VIEWS).stdout
    assert built.rows(VERSIONS_OF_VIEWS) == before


def test_an_open_reader_stops_neither_dbt_nor_prepare_warehouse(built: Warehouse) -> None:
    """Each waited for every reader of a view without limit, and other readers waited behind (W8)."""
    prepare_warehouse(warehouse_of(built.uri))
    before = built.rows(VERSIONS_OF_VIEWS)
    everything = ("operations.load_history", "staging.stg_heroes", "raw.current_loads", "raw.loads", "raw.biometrics")
    with reader(built, *everything):
        built.dbt(*VIEWS)
        prepare_warehouse(warehouse_of(built.uri), timedelta(seconds=1))
    assert built.rows(VERSIONS_OF_VIEWS) == before


def test_a_backup_stops_no_run_with_new_data(built: Warehouse, tmp_path: Path) -> None:
    """A pg_dump holds this lock on every table and view until its end."""
    wait_for_readers_one_second(built, tmp_path)
    relations = built.rows(
        """
        select pg_class.oid::regclass::text from pg_class
        where
            pg_class.relkind in ('r', 'p', 'v')
            and pg_class.relnamespace::regnamespace::text in
            ('raw', 'meta', 'staging', 'marts', 'analytics', 'operations', 'snapshots')
        """
    )
    built.load_heroes("heroes/new.csv", {"hero_id": "Falcon", "name": "Falcon"})
    built.load_biometrics("b2", ("falcon", "2025-01-01 00:01Z", 30, 100))
    with closing(psycopg2.connect(built.uri)) as backup, backup.cursor() as cursor:
        for (relation,) in relations:
            cursor.execute(f"lock table {relation} in access share mode")
        built.dbt("build", "--exclude-resource-type", "unit_test")
    assert built.rows("select count(*) from marts.fact_biometrics where lower(hero_id) = 'falcon'") == [(1,)]


# A table that is built again


def test_readers_pass_a_full_refresh_that_waits_for_a_reader(built: Warehouse) -> None:
    """They waited behind it for as long as the first reader read."""
    waits = []
    with reader(built, "marts.fact_biometrics", "marts.dim_heroes"):
        refresh = built.start_dbt("run", "--full-refresh", "--select", "fact_biometrics")
        is_waiting = "select from pg_stat_activity where datname = %s and query ~ 'meta[.]between_readers'"
        deadline = time.monotonic() + 180
        while not built.rows(is_waiting, [built.database]):
            assert time.monotonic() < deadline
            assert refresh.poll() is None, refresh.communicate()[0]
        until = time.monotonic() + 2
        while (began := time.monotonic()) < until:
            built.rows("select count(*) from marts.fact_biometrics, marts.dim_heroes")
            waits.append(time.monotonic() - began)
    output = refresh.communicate(timeout=60)[0]
    assert refresh.returncode == 0, output
    assert max(waits) < 1


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
    prepare_warehouse(warehouse_of(warehouse.uri))
    warehouse.execute("set role cerebro_analyst")
    assert warehouse.rows("select * from marts.old") == [(1,)]


# The pipeline's own schemas


def test_prepare_warehouse_names_who_stands_in_its_way(built: Warehouse) -> None:
    """It waited without limit, and said nothing (W8)."""
    with reader(built, "raw.current_loads") as process:
        began = time.monotonic()
        with pytest.raises(WarehouseLockedError) as raised:
            prepare_warehouse(warehouse_of(built.uri), timedelta(seconds=1))
        assert time.monotonic() - began < 10
    assert f"process {process} (user cerebro, application notebook, in a transaction since 2" in str(raised.value)
    assert "within 1 s" in str(raised.value)
    prepare_warehouse(warehouse_of(built.uri), timedelta(seconds=1))


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
        ("drop view operations.load_history", "select to_regclass('operations.load_history') is not null"),
        ("create or replace view operations.run_checks as select dag_run_id, checked_at, readings_in,"
         " readings_in_facts, readings_rejected, readings_erased, readings_retired, difference, true as is_conserved"
         " from meta.reconciliations",
         "select pg_get_viewdef('operations.run_checks'::regclass) like '%%difference = 0%%'"),
    ],
)  # fmt: skip
def test_what_is_lost_by_hand_comes_back(warehouse: Warehouse, loss: str, is_back: str) -> None:
    prepare_warehouse(warehouse_of(warehouse.uri))
    applied = "select count(*) from meta.schema_versions"
    assert warehouse.rows(applied) == [(1,)]
    warehouse.execute("create table raw.of_a_user (a integer); grant select on raw.loads to cerebro_analyst")
    prepare_warehouse(warehouse_of(warehouse.uri))
    assert warehouse.rows(applied) == [(1,)]
    warehouse.execute(loss)
    prepare_warehouse(warehouse_of(warehouse.uri))
    assert warehouse.rows(is_back.replace("%%", "%")) == [(True,)]
    assert warehouse.rows(applied) == [(2,)]
