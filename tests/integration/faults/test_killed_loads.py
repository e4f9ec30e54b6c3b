"""The loading process is killed at every point where half a load could remain; and two processes load at once."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.faults.gate import Gate
from tests.integration.faults.landing import LANDING, mismatched_loads, raw_contents, readings
from tests.integration.faults.proxy import Proxy
from tests.integration.faults.servers import Servers
from tests.integration.helpers import Site
from tests.oracle import calculate
from tests.oracle.warehouse import differences

A_LOAD_WAITS_FOR_ANOTHER = """
    select exists (
        select from pg_stat_activity
        where
            datname = current_database()
            and wait_event_type = 'Lock'
            and wait_event in ('transactionid', 'speculative token')
    )
"""
# Half of the minutes of a batch precede this one.
LATE_MINUTE = "new.minute_at = '2025-01-01 00:15:00+00'"


def kill(process: subprocess.Popen[str]) -> None:
    assert process.poll() is None
    process.kill()
    process.communicate(timeout=20)


def rows_of(site: Site, dataset: str) -> list[tuple[Any, ...]]:
    """The committed rows of a dataset: in its table, and in the ledger."""
    return site.rows(
        f"select (select count(*) from raw.{dataset}), (select count(*) from raw.loads where dataset = %s)",
        [dataset],
    )


def test_in_the_middle_of_the_copy_of_minutes(site: Site, check_recovery: Callable[[], None]) -> None:
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        process = site.start_load()
        gate.wait()
        ((copied,),) = gate.execute(
            "select tuples_processed from pg_stat_progress_copy where relid = 'raw.biometrics'::regclass"
        )
        assert copied > 10
        kill(process)
        assert rows_of(site, "biometrics") == [(0, 0)]
    assert rows_of(site, "biometrics") == [(0, 0)]
    assert site.rows("select count(*) from raw.load_hours") == [(0,)]
    check_recovery()


@pytest.mark.long
def test_between_quarantine_and_ledger(site: Site, check_recovery: Callable[[], None]) -> None:
    with Gate(site, "raw.loads", "new.dataset = 'biometrics'") as gate:
        process = site.start_load()
        gate.wait()
        assert [key for key in site.quarantined() if key.startswith("cerebro/biometrics")] != []
        kill(process)
        assert rows_of(site, "biometrics") == [(0, 0)]
    # The next run overwrites what is in quarantine already: the name is the same.
    check_recovery()


def test_after_the_last_row_and_before_the_commit(site: Site, check_recovery: Callable[[], None]) -> None:
    with Gate(site, "raw.invalid_measures") as gate:
        process = site.start_load()
        gate.wait()
        kill(process)
        assert rows_of(site, "biometrics") == [(0, 0)]
    check_recovery()


@pytest.mark.long
@pytest.mark.parametrize(
    ("dataset", "condition", "visible"),
    [
        # The second hero of the second file: the first file is committed and stays.
        ("heroes", "new.row_number = 2", (2, 1)),
        ("missions", "new.row_number = 4", (0, 0)),
    ],
)
def test_in_the_middle_of_the_copy_of_records(
    site: Site, check_recovery: Callable[[], None], dataset: str, condition: str, visible: tuple[int, int]
) -> None:
    with Gate(site, f"raw.{dataset}", condition) as gate:
        process = site.start_load()
        gate.wait()
        kill(process)
        assert rows_of(site, dataset) == [visible]
    check_recovery()


@pytest.mark.long
def test_while_duckdb_reads_and_aggregates(site: Site, servers: Servers, check_recovery: Callable[[], None]) -> None:
    with Proxy(servers.ports.s3, "hold", after_bytes=20_000) as proxy:
        process = site.start_load(S3_ENDPOINT_URL=proxy.url)
        assert proxy.held.wait(60)
        kill(process)
    assert rows_of(site, "biometrics") == [(0, 0)]
    check_recovery()


@pytest.mark.long
def test_while_a_correction_is_loaded(site: Site) -> None:
    """Users see the old version until the new one is committed."""
    site.load()
    before = raw_contents(site)
    corrected = readings(60, 900, 2)
    site.put("biometrics.parquet", corrected)
    with Gate(site, "raw.biometrics", "new.minute_at = '2025-01-01 00:10:00+00'") as gate:
        process = site.start_load()
        gate.wait()
        kill(process)
        assert raw_contents(site)["biometrics"] == before["biometrics"]
    assert raw_contents(site)["loads"] == before["loads"]
    assert site.load().objects == 1
    ((rows,),) = site.rows("select rows_in from raw.current_loads where object_key = 'biometrics.parquet'")
    assert rows == 3 * 420
    assert mismatched_loads(site) == []
    site.transform()
    assert differences(calculate(LANDING | {"biometrics.parquet": corrected}), site.warehouse_uri) == []


def test_two_at_once_load_once(site: Site, check_recovery: Callable[[], None]) -> None:
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        first = site.start_load()
        gate.wait()
        second = site.start_load()
        gate.wait_until(A_LOAD_WAITS_FOR_ANOTHER)
    outputs = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert "4 were loaded by another run in the meantime" in outputs[1]
    check_recovery()


@pytest.mark.long
def test_the_second_of_two_takes_over_when_the_first_is_killed(site: Site, check_recovery: Callable[[], None]) -> None:
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        first = site.start_load()
        gate.wait()
        second = site.start_load()
        gate.wait_until(A_LOAD_WAITS_FOR_ANOTHER)
        kill(first)
    output, _ = second.communicate(timeout=60)
    assert second.returncode == 0, output
    assert mismatched_loads(site) == []
    assert len(site.ledger()) == 8
    check_recovery()
