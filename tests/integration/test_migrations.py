"""prepare_warehouse beside newer projects, other sessions and its own unfinished work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg2
import pytest

from include.cerebro.platform.errors import judge
from include.cerebro.platform.transactions import TransactionConnection
from include.cerebro.schema import setup
from include.cerebro.schema.migrations import Migration, read_migrations
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.schema.suitability import UnsuitableWarehouseError
from tests.integration.helpers import Site

MIGRATIONS = read_migrations("cerebro")
VERSION = MIGRATIONS[-1].number
# All that a session could meet: a table that is locked like this lets nobody read it. `lock table` of a view needs its
# owner's right to lock what it reads.
EVERYTHING = """
    select format(
        case relkind
            when 'v' then 'alter view %I.%I set (security_barrier = false)'
            else 'lock table %I.%I in access exclusive mode'
        end,
        nspname, relname
    )
    from pg_class inner join pg_namespace on relnamespace = pg_namespace.oid
    where
        nspname in ('raw', 'meta', 'staging', 'marts', 'analytics', 'operations', 'snapshots')
        and relkind in ('r', 'v', 'p') and relname not in ('schema_versions', 'migrations')
"""


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives the project further migrations."""

    def add(*statements: str) -> list[str]:
        added = [
            Migration(VERSION + place, f"{VERSION + place:04}_later", statement)
            for place, statement in enumerate(statements, 1)
        ]
        monkeypatch.setattr(setup, "read_migrations", lambda _: [*MIGRATIONS, *added])
        return [migration.name for migration in added]

    return add


@contextmanager
def executed_statements() -> Iterator[list[str]]:
    """Collects what is executed after the beginnings of transactions."""
    executed: list[str] = []
    cursor = psycopg2.extensions.cursor

    class Noted(cursor):  # type: ignore[misc, valid-type]
        def execute(self, query: Any, parameters: Any = None) -> None:
            executed.append(str(query))
            super().execute(query, parameters)

    original = TransactionConnection.cursor
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionConnection, "cursor", lambda self: original(self, cursor_factory=Noted))
        yield executed


def test_nothing_to_do_is_one_query(site: Site) -> None:
    prepare_warehouse(site.warehouse)
    with executed_statements() as executed:
        prepare_warehouse(site.warehouse)
    assert len(executed) == 1
    assert "pg_is_in_recovery()" in executed[0]


def test_nothing_to_do_waits_for_nobody(site: Site) -> None:
    """It read the views' definitions, which PostgreSQL does under a lock of the tables that they read."""
    prepare_warehouse(site.warehouse)
    with closing(psycopg2.connect(site.warehouse_uri)) as other, other.cursor() as cursor:
        cursor.execute(EVERYTHING)
        for (statement,) in cursor.fetchall():
            cursor.execute(statement)
        prepare_warehouse(site.warehouse, timedelta(milliseconds=100))


def test_a_new_warehouse_is_past_all_migrations(site: Site) -> None:
    recorded = "select number, name, is_executed, project_version from meta.migrations order by number"
    assert site.rows(recorded) == [(it.number, it.name, False, VERSION) for it in MIGRATIONS]


def test_a_newer_project_is_left_alone(site: Site, later: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (name,) = later("create table raw.of_the_newer (a integer)")
    prepare_warehouse(site.warehouse)
    monkeypatch.undo()
    # Not even what is missing comes back: it may have left.
    with site.superuser() as cursor:
        cursor.execute("drop view raw.current_loads")
    with pytest.raises(UnsuitableWarehouseError) as raised:
        prepare_warehouse(site.warehouse)
    assert judge(raised.value).is_final
    message = str(raised.value)
    assert f"belongs to a newer project: its schema has version {VERSION + 1} ({name}, since 20" in message
    assert f"knows those up to {VERSION} ({MIGRATIONS[-1].name}); nothing was written. Deploy the newer" in message
    assert site.rows("select to_regclass('raw.current_loads')") == [(None,)]


def test_each_migration_is_a_transaction_and_the_next_run_goes_on(site: Site, later: Any) -> None:
    first, second, third = later("create table raw.a (a integer)", "create table raw.b (a integer); select 1 / 0",
                                 "create table raw.c (a integer)")  # fmt: skip
    with pytest.raises(psycopg2.errors.DivisionByZero):
        prepare_warehouse(site.warehouse)
    made = "select to_regclass('raw.a')::text, to_regclass('raw.b')::text, to_regclass('raw.c')::text"
    recorded = f"select name, is_executed from meta.migrations where number > {VERSION} order by number"
    assert site.rows(made) == [("raw.a", None, None)]
    assert site.rows(recorded) == [(first, True)]
    later("create table raw.a (a integer)", "create table raw.b (a integer)", "create table raw.c (a integer)")
    prepare_warehouse(site.warehouse)
    assert site.rows(made) == [("raw.a", "raw.b", "raw.c")]
    assert site.rows(recorded) == [(first, True), (second, True), (third, True)]


def test_two_runs_execute_a_migration_once(site: Site, later: Any) -> None:
    later("create table raw.executions (a integer); insert into raw.executions select 1 from pg_sleep(1)")
    failures: list[BaseException] = []

    def prepare() -> None:
        try:
            prepare_warehouse(site.warehouse)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=prepare) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert site.rows("select count(*) from raw.executions") == [(1,)]


def test_three_runs_set_up_a_new_warehouse_together(site: Site) -> None:
    with site.superuser() as cursor:
        cursor.execute(f"create database {site.warehouse.database}_new owner {site.warehouse.user}")
    empty = replace(site, warehouse=replace(site.warehouse, database=f"{site.warehouse.database}_new"))
    try:
        threads = [threading.Thread(target=prepare_warehouse, args=[empty.warehouse]) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert empty.rows("select count(*) from meta.schema_versions") == [(1,)]
    finally:
        empty.drop_database()


def test_migrations_do_no_harm_to_a_warehouse_that_has_lost_its_records(site: Site) -> None:
    site.put("heroes.csv", b"hero_id,name,alter_ego,first_appearance\nhulk,Hulk,,\n")
    site.load()
    before = site.rows("select * from raw.loads"), site.rows("select * from raw.heroes")
    with site.superuser() as cursor:
        cursor.execute(
            "set role cerebro_transformer; create view staging.stg_heroes as select 1 as of_today; reset role"
        )
        cursor.execute("drop table meta.migrations, meta.schema_versions")
    prepare_warehouse(site.warehouse)
    assert (site.rows("select * from raw.loads"), site.rows("select * from raw.heroes")) == before
    assert site.rows("select * from staging.stg_heroes") == [(1,)]
    assert site.rows("select count(*) from meta.migrations where is_executed") == [(len(MIGRATIONS),)]


def test_numbers_are_an_order() -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, VERSION + 1))
