"""A pg_dump of marts and analytics beside a full refresh: neither is harmed, and neither waits for ever (W8)."""

from __future__ import annotations

import subprocess
import time
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from local.postgres import binary
from tests.integration.dbt_models.company import wait_for_readers_one_second
from tests.integration.dbt_models.warehouse import Warehouse

REFRESH = ("run", "--full-refresh", "--select", "fact_biometrics", "obt_cerebro_restored")
# More than the pipe holds: pg_dump waits for its reader, and keeps its locks meanwhile.
LARGE = "create table marts.large as select md5(number::text) from generate_series(1, 100000) as number"


@pytest.fixture
def large(built: Warehouse, tmp_path: Path) -> Warehouse:
    """The warehouse with a table that takes long to dump."""
    built.execute(LARGE)
    wait_for_readers_one_second(built, tmp_path)
    return built


def start_dump(warehouse: Warehouse) -> subprocess.Popen[str]:
    schemas = ["--schema=marts", "--schema=analytics"]
    return subprocess.Popen([str(binary("pg_dump")), *schemas, warehouse.uri], stdout=subprocess.PIPE, text=True)


def wait_for(warehouse: Warehouse, query: str) -> None:
    deadline = time.monotonic() + 120
    while not warehouse.rows(query):
        assert time.monotonic() < deadline, query
        time.sleep(0.1)


def test_a_full_refresh_gives_up_on_a_running_dump_and_harms_nothing(large: Warehouse) -> None:
    before = large.tables()
    with start_dump(large) as dump:
        locked = "select from pg_locks where granted and relation = 'marts.large'::regclass"
        wait_for(large, locked)
        failed = large.dbt(*REFRESH, check=False)
        assert failed.returncode == 1
        assert "canceling statement due to lock timeout" in failed.stdout
        assert large.tables() == before
        output = dump.communicate(timeout=120)[0]
    assert dump.returncode == 0
    for table in ("marts.fact_biometrics", "analytics.obt_cerebro_restored"):
        assert f"COPY {table}_2025_01 " in output
    large.dbt(*REFRESH)
    assert large.tables() == before


def test_a_dump_that_begins_during_a_full_refresh_has_the_tables_before_it(large: Warehouse) -> None:
    """dbt waits at its foreign key, the new table filled, and the dump runs from beginning to end meanwhile."""
    before = large.tables()
    # Not of a reader: dbt waits 30 s for this one.
    large.profiles = Path(__file__).parents[3] / "include" / "dbt"
    with closing(psycopg2.connect(large.uri)) as blocker, blocker.cursor() as cursor:
        cursor.execute("lock table marts.dim_heroes in exclusive mode")
        refresh = large.start_dbt(*REFRESH)
        wait_for(large, "select from pg_locks where relation = 'marts.dim_heroes'::regclass and not granted")
        with start_dump(large) as dump:
            output = dump.communicate(timeout=25)[0]
        assert dump.returncode == 0
        assert "COPY marts.fact_biometrics_2025_01 " in output
    assert refresh.communicate(timeout=120)[0].count("ERROR") <= 1
    assert refresh.returncode == 0
    assert large.tables() == before
