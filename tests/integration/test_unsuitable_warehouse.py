"""What cannot be the warehouse is refused before anything is written, in one sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg2
import pytest

from include.cerebro.platform.errors import judge
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.schema.suitability import UnsuitableWarehouseError
from tests.integration.packages import postgresql
from tests.integration.postgres_server import Server, postgres_server

HBA = """
host all guarded 127.0.0.1/32 scram-sha-256
host all turned_away 127.0.0.1/32 reject
host all all 127.0.0.1/32 trust
"""


def test_an_older_server_is_refused_before_anything_is_written() -> None:
    """PostgreSQL 15 was filled with raw tables, and dbt failed then."""
    with postgres_server("host all all 127.0.0.1/32 trust\n", postgresql(15)) as server:
        with pytest.raises(UnsuitableWarehouseError, match="is PostgreSQL 15, which is older than 16; nothing was"):
            prepare_warehouse(Warehouse("127.0.0.1", server.port, "postgres", "", "postgres"))
        assert server.execute("select to_regnamespace('raw'), to_regrole('cerebro_loader')") == [(None, None)]


def test_a_standby_is_refused() -> None:
    """The first statement that writes failed: `cannot execute CREATE ROLE in a read-only transaction`."""
    with (
        postgres_server("host all all 127.0.0.1/32 trust\n", standby=True) as server,
        pytest.raises(UnsuitableWarehouseError, match="is a standby, which cannot be written to"),
    ):
        prepare_warehouse(Warehouse("127.0.0.1", server.port, "postgres", "", "postgres"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres_server(HBA) as running:
        for statement in (
            "create role cerebro login",
            "create role bob login",
            "create role guarded login password 'right'",
            "create role turned_away login",
            "create role barred nologin",
        ):
            running.execute(statement)
        yield running


ROLES = ("cerebro_loader", "cerebro_transformer", "cerebro_analyst")
# What an administrator does beforehand.
GRANTED = [f"create role {role}" for role in ROLES] + [f"grant {role} to cerebro" for role in ROLES]


@pytest.fixture
def warehouse(server: Server) -> Iterator[Warehouse]:
    server.execute("create database cerebro owner cerebro")
    yield Warehouse("127.0.0.1", server.port, "cerebro", "")
    server.execute("drop database cerebro with (force)")
    for role in ROLES:
        server.execute(f"drop role if exists {role}")


def refusal(warehouse: Warehouse, models: tuple[str, ...] = ()) -> str:
    """What prepare_warehouse says, without the warehouse's address. A retry is in vain."""
    with pytest.raises(Exception, match=r"Airflow's connection 'warehouse'") as raised:
        prepare_warehouse(warehouse, models=models)
    assert judge(raised.value).is_final
    return str(raised.value)


SET_UP = "The warehouse at 127.0.0.1:{port} (Airflow's connection 'warehouse') cannot be set up: "
TAKEN = "are not the pipeline's; nothing was written. Rename or drop them, or name another database"


@pytest.mark.parametrize(
    ("before", "problem"),
    [
        pytest.param(
            [],
            "the roles cerebro_analyst, cerebro_loader, cerebro_transformer are missing, and login cerebro may not "
            "create any; nothing was written. Let an administrator run include/sql/schema/10_roles.sql",
            id="no CREATEROLE",
        ),
        pytest.param(
            [*GRANTED, "revoke cerebro_transformer from cerebro"],
            "login cerebro may not assume cerebro_transformer; nothing was written. Let an administrator run: "
            "grant cerebro_transformer to cerebro",
            id="a role not granted",
        ),
        pytest.param(
            [*GRANTED, "alter database cerebro owner to bob"],
            "login cerebro may not create schemas in database cerebro; nothing was written. Let its owner run: "
            "grant create on database cerebro to cerebro",
            id="no CREATE on the database",
        ),
        pytest.param(
            [*GRANTED, "create schema raw authorization bob", "create schema marts authorization bob"],
            "the schemas marts (of bob), raw (of bob) are there already, and are not the pipeline's; nothing was",
            id="somebody's schemas",
        ),
        pytest.param(
            [*GRANTED, "create schema raw authorization cerebro", "create table raw.loads (truck text)",
             "alter table raw.loads owner to bob"],
            f"raw.loads (of bob) are there already, and {TAKEN}",
            id="somebody's table in raw",
        ),
        pytest.param(
            [*GRANTED, "create schema raw authorization cerebro", "create view raw.current_loads as select 1 as one"],
            f"raw.current_loads (of postgres) are there already, and {TAKEN}",
            id="somebody's view in raw",
        ),
        pytest.param(
            [*GRANTED, "create schema marts authorization cerebro_transformer",
             "create table marts.dim_heroes (hero_id text)", "create table marts.of_a_user (hero_id text)",
             "alter table marts.dim_heroes owner to bob"],
            f"marts.dim_heroes (of bob) are there already, and {TAKEN}",
            id="somebody's table under the name of a model",
        ),
    ],
)  # fmt: skip
def test_a_missing_right_or_a_taken_name(server: Server, warehouse: Warehouse, before: list[str], problem: str) -> None:
    """Each of these was a bare error of PostgreSQL, some of them of dbt, after raw had been filled."""
    for statement in before:
        server.execute(statement, "cerebro")
    message = refusal(warehouse, ("marts.dim_heroes", "analytics.obt_cerebro_restored"))
    assert message.startswith(SET_UP.format(port=server.port) + problem)
    assert server.execute("select to_regnamespace('meta'), to_regclass('raw.heroes')", "cerebro") == [(None, None)]


def test_a_table_of_another_shape(server: Server, warehouse: Warehouse) -> None:
    for statement in (
        *GRANTED,
        "create schema raw authorization cerebro",
        "create table raw.loads (load_id bigint primary key)",
        "alter table raw.loads owner to cerebro",
    ):
        server.execute(statement, "cerebro")
    message = refusal(warehouse)
    assert " does not exist (in include/sql/schema/30_raw.sql); nothing was written. Something else is in" in message
    assert server.execute("select to_regnamespace('meta'), to_regclass('raw.heroes')", "cerebro") == [(None, None)]


def test_a_login_whose_roles_an_administrator_made_can_set_up_the_warehouse(
    server: Server, warehouse: Warehouse
) -> None:
    for statement in GRANTED:
        server.execute(statement, "cerebro")
    prepare_warehouse(warehouse, models=("marts.dim_heroes",))
    prepare_warehouse(warehouse, models=("marts.dim_heroes",))
    assert server.execute("select count(*) from meta.schema_versions", "cerebro") == [(1,)]


@pytest.mark.parametrize(
    ("user", "password", "database", "said", "remedy"),
    [
        ("guarded", "wrong", "postgres", "password authentication failed", "Correct the login and the password of the"),
        ("guarded", "", "postgres", "no password supplied", "Give the connection a password"),
        ("cerebro", "", "missing", 'database "missing" does not exist', "Create it (create database missing owner cer"),
        ("nobody", "", "postgres", 'role "nobody" does not exist', "Create the login, or name another one"),
        ("barred", "", "postgres", "is not permitted to log in", "Name another login, or run: alter role barred login"),
        ("turned_away", "", "postgres", "pg_hba.conf rejects connection", "Allow this address, login and database"),
    ],
)
def test_a_login_that_is_refused(
    server: Server, user: str, password: str, database: str, said: str, remedy: str
) -> None:
    message = refusal(Warehouse("127.0.0.1", server.port, user, password, database))
    assert message.startswith(f"The warehouse at 127.0.0.1:{server.port} refuses the login of Airflow's connection")
    assert said in message
    assert f". {remedy}" in message


def test_a_server_that_is_down_is_tried_again() -> None:
    with pytest.raises(psycopg2.OperationalError, match="Connection refused") as raised:
        prepare_warehouse(Warehouse("127.0.0.1", 9, "cerebro", ""))
    assert not judge(raised.value).is_final


def test_timeouts_hold_in_every_transaction_unless_the_login_has_its_own(server: Server) -> None:
    """A statement that waits for ever kept a task, and a process that hung kept its locks."""
    server.execute("alter role bob set statement_timeout = '7s'")
    shown = "select current_setting('lock_timeout'), current_setting('statement_timeout')"
    with Warehouse("127.0.0.1", server.port, "bob", "", "postgres").connect() as connection:
        for _ in range(2):
            with connection.cursor() as cursor:
                cursor.execute(shown)
                assert cursor.fetchone() == ("5min", "7s")
            connection.commit()
    own = Warehouse("127.0.0.1", server.port, "cerebro", "", "postgres").connect(settings={"lock_timeout": "1s"})
    with own as connection, connection.cursor() as cursor:
        cursor.execute(shown)
        assert cursor.fetchone() == ("1s", "1h")
