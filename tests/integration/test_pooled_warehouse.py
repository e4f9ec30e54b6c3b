"""PgBouncer between the pipeline and the warehouse: what one client sets does not reach another."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from include.cerebro.loading.records import RecordLoader
from include.cerebro.loading.site import LoadSite
from include.cerebro.page.reader import open_reader
from include.cerebro.platform.names import DBT_ROOT
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.zones.landing_zones import LandingZone
from local.postgres import as_server_user
from local.state import HOST, free_port
from tests.integration.ports import await_port
from tests.integration.postgres_server import postgres_server
from tests.integration.warm_dbt import LEAN, run_dbt

# Debian keeps it out of an ordinary user's path.
PGBOUNCER = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin")

pytestmark = pytest.mark.skipif(not PGBOUNCER, reason="PgBouncer is not installed (Debian: pgbouncer)")

CONFIGURATION = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = {host}
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
default_pool_size = {sessions}
max_client_conn = 50
query_wait_timeout = 10
"""

# What the pipeline sets, as a stranger to it sees it.
SEEN = """
select
    current_user as "role", current_setting('timezone') as "zone", current_setting('statement_timeout') as "timeout",
    current_setting('jit') as "jit", current_setting('default_transaction_read_only') as "read only"
"""
UNTOUCHED = ("cerebro", "Asia/Tokyo", "0", "on", "off")


@pytest.fixture(scope="module", params=["transaction", "session"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def pooled(mode: str) -> Iterator[Warehouse]:
    """A warehouse behind PgBouncer; its login has another time zone."""
    assert PGBOUNCER
    with postgres_server("host all all 127.0.0.1/32 trust\n") as server:
        server.execute("create role cerebro login createrole")
        server.execute("alter role cerebro set timezone = 'Asia/Tokyo'")
        server.execute("create database cerebro owner cerebro")
        folder, port = server.folder / "bouncer", free_port()
        folder.mkdir()
        (folder / "users").write_text('"cerebro" ""\n')
        # In transaction mode there is one session for all: each client gets what the one before left.
        sessions = 1 if mode == "transaction" else 8
        values = {"mode": mode, "sessions": sessions, "server_port": server.port}
        (folder / "ini").write_text(CONFIGURATION.format(host=HOST, port=port, folder=folder, **values))
        process = subprocess.Popen(
            [*as_server_user(), PGBOUNCER, folder / "ini"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            await_port(port, "PgBouncer")
            yield Warehouse(HOST, port, "cerebro", "")
        finally:
            process.kill()
            process.wait(10)


def seen_by_another_client(warehouse: Warehouse) -> Any:
    stranger = psycopg2.connect(host=HOST, port=warehouse.port, user="cerebro", dbname="cerebro")
    with closing(stranger), stranger.cursor() as cursor:
        cursor.execute(SEEN)
        return cursor.fetchone()


def test_nothing_that_the_pipeline_sets_reaches_another_client(pooled: Warehouse) -> None:
    """PgBouncer refused the start-up parameter `options`; without it, the next client had the role of the last one."""
    prepare_warehouse(pooled)
    assert seen_by_another_client(pooled) == UNTOUCHED
    store = ObjectStore("http://127.0.0.1:1", "a", "b")
    zone = LandingZone(name="cerebro", bucket="bucket")
    RecordLoader("heroes", LoadSite(zone, store, pooled, read_settings())).load([])
    assert seen_by_another_client(pooled) == UNTOUCHED
    with open_reader(pooled) as reader:
        for _ in range(2):
            (seen,) = reader.query(SEEN)
            assert list(seen.values()) == ["cerebro_analyst", "UTC", "5s", "off", "off"]
    assert seen_by_another_client(pooled) == UNTOUCHED


def test_each_transaction_has_the_role_and_the_zone(pooled: Warehouse, mode: str) -> None:
    """In transaction mode the next transaction may get a session that another client has set."""
    prepare_warehouse(pooled)
    with pooled.connect("cerebro_loader") as connection, connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(SEEN)
            assert cursor.fetchone()[:2] == ("cerebro_loader", "UTC")
            connection.commit()
            if mode == "transaction":
                # It resets nothing: the session is as the loader's transaction left it.
                assert seen_by_another_client(pooled) == UNTOUCHED
        with pytest.raises(psycopg2.errors.UndefinedTable):
            cursor.execute("select * from no_such_table")
        connection.rollback()
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("create schema stolen")
        connection.rollback()
        cursor.execute(SEEN)
        assert cursor.fetchone()[:2] == ("cerebro_loader", "UTC")


# dbt sets its role in a session: in transaction mode it needs a connection of its own.
@pytest.mark.parametrize("mode", ["session"], indirect=True, scope="module")
def test_dbt_works_in_session_mode(pooled: Warehouse, tmp_path: Path) -> None:
    prepare_warehouse(pooled)
    command = ["run", "--select", "+stg_heroes", "--project-dir", str(DBT_ROOT), "--profiles-dir", str(DBT_ROOT)]
    own = {"DBT_TARGET_PATH": str(tmp_path / "target"), "DBT_LOG_PATH": str(tmp_path / "logs"), "DO_NOT_TRACK": "1"}
    done = run_dbt(command, LEAN | own | {"WAREHOUSE_PORT": str(pooled.port)})
    assert done.returncode == 0, done.stdout
    assert seen_by_another_client(pooled) == UNTOUCHED
