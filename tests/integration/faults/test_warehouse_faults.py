"""PostgreSQL crashes, refuses, times out or runs out of disk during a load."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace

import psycopg2
import pytest

from include.cerebro.platform.warehouse import Warehouse
from tests.integration.faults.gate import Gate
from tests.integration.faults.proxy import Proxy
from tests.integration.faults.servers import Servers
from tests.integration.helpers import Site
from tests.integration.loader_process import ERROR_MARK

LATE_MINUTE = "new.minute_at = '2025-01-01 00:15:00+00'"
# The loader's sessions, without the test's own.
LOADERS = "from pg_stat_activity where datname = current_database() and application_name = 'cerebro_restore'"


def error_of(process: subprocess.Popen[str]) -> str:
    """Wait for the end of a load's process, which must have raised; return the error."""
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3, output
    return output.rpartition(ERROR_MARK)[2]


def assert_no_biometrics(site: Site) -> None:
    """Check that no biometrics are loaded, and no object is marked as failed."""
    assert site.rows("select count(*) from raw.biometrics") == [(0,)]
    assert [row for row in site.ledger() if row[0].startswith("biometrics") or row[1] == "failed"] == []


def test_crash_in_the_middle_of_a_copy(site: Site, servers: Servers, check_recovery: Callable[[], None]) -> None:
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        process = site.start_load()
        gate.wait()
        servers.crash_postgres()
        assert "psycopg2.OperationalError" in error_of(process)
        servers.start("postgres")
        assert_no_biometrics(site)
    check_recovery()


def test_session_terminated_in_the_middle_of_a_copy(site: Site, check_recovery: Callable[[], None]) -> None:
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        process = site.start_load()
        gate.wait()
        assert gate.execute(f"select bool_and(pg_terminate_backend(pid)) {LOADERS}") == [(True,)]
        assert "psycopg2.OperationalError" in error_of(process)
        assert_no_biometrics(site)
    check_recovery()


@pytest.mark.long
def test_connection_cut_in_the_middle_of_a_copy(
    site: Site, servers: Servers, check_recovery: Callable[[], None]
) -> None:
    with Proxy(servers.ports.postgres) as proxy, Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        process = site.start_load(WAREHOUSE_PORT=str(proxy.port))
        gate.wait()
        proxy.cut()
        assert "psycopg2.OperationalError" in error_of(process)
        assert_no_biometrics(site)
    check_recovery()


@pytest.mark.long
@pytest.mark.parametrize(
    ("limit", "error"),
    [
        ("statement_timeout", psycopg2.errors.QueryCanceled),
        ("lock_timeout", psycopg2.errors.LockNotAvailable),
    ],
)
def test_timeout_in_the_middle_of_a_copy(
    site: Site, check_recovery: Callable[[], None], limit: str, error: type[Exception]
) -> None:
    database = site.warehouse.database
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        gate.execute(f"alter role cerebro in database {database} set {limit} = '700ms'")
        with pytest.raises(error):
            site.load()
        assert_no_biometrics(site)
        gate.execute(f"alter role cerebro in database {database} reset {limit}")
    check_recovery()


@pytest.mark.long
@pytest.mark.parametrize("table", ["raw.biometrics", "raw.rejections", "raw.loads"])
def test_disk_full(site: Site, check_recovery: Callable[[], None], table: str) -> None:
    """The error is PostgreSQL's own for a full disk, in the middle of each of the load's statements."""
    condition = {"raw.biometrics": LATE_MINUTE, "raw.rejections": "new.reason = 'missing_hero_id'"}.get(table, "true")
    with Gate(site, table, condition, raises="53100"), pytest.raises(psycopg2.errors.DiskFull):
        site.load()
    assert_no_biometrics(site)
    check_recovery()


@pytest.mark.long
def test_down_when_the_load_begins(site: Site, servers: Servers, check_recovery: Callable[[], None]) -> None:
    servers.crash_postgres()
    with pytest.raises(psycopg2.OperationalError):
        site.load()
    servers.start("postgres")
    assert site.ledger() == []
    check_recovery()


def test_wrong_password(site: Site, check_recovery: Callable[[], None]) -> None:
    wrong: Warehouse = replace(site.warehouse, password="wrong horse battery")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed") as failure:
        site.load(warehouse=wrong)
    assert "wrong horse battery" not in str(failure.value)
    assert site.ledger() == []
    check_recovery()
