"""SIGKILL to the loading process at every point where it could leave half of something behind; and two at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.faults.gate import Gate
from tests.integration.faults.landing import LANDING, loads_without_row, raw_contents, readings
from tests.integration.faults.proxy import Proxy
from tests.integration.faults.servers import Servers
from tests.integration.helpers import Site
from tests.oracle import calculate
from tests.oracle.warehouse import differences

SOMEBODY_WAITS_FOR_A_TRANSACTION = """
    select exists (
        select from pg_stat_activity
        where
            datname = current_database()
            and wait_event_type = 'Lock'
            and wait_event in ('transactionid', 'speculative token')
    )
"""
# Half of the minutes of a batch come before this one.
LATE_MINUTE = "new.minute_at = '2025-01-01 00:15:00+00'"


def end_with_kill(process: Any) -> None:
    assert process.poll() is None
    process.kill()
    process.communicate(timeout=20)


def rows_of(site: Site, dataset: str) -> list[tuple[Any, ...]]:
    """What anybody can see of a dataset: rows of its table and of the ledger."""
    return site.rows(
        f"select (select count(*) from raw.{dataset}), (select count(*) from raw.loads where dataset = %s)",
        [dataset],
    )


def test_in_the_middle_of_the_copy_of_minutes(site: Site, heals: Callable[..., None]) -> None:
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        process = site.start_load()
        gate.wait()
        ((copied,),) = gate.execute(
            "select tuples_processed from pg_stat_progress_copy where relid = 'raw.biometrics'::regclass"
        )
        assert copied > 10
        end_with_kill(process)
        assert rows_of(site, "biometrics") == [(0, 0)]
    assert rows_of(site, "biometrics") == [(0, 0)]
    heals()


def test_between_quarantine_and_ledger(site: Site, heals: Callable[..., None]) -> None:
    with Gate(site, "raw.loads", "new.dataset = 'biometrics'") as gate:
        process = site.start_load()
        gate.wait()
        assert [key for key in site.quarantined() if key.startswith("biometrics")] != []
        end_with_kill(process)
        assert rows_of(site, "biometrics") == [(0, 0)]
    # What is in quarantine already is written again under the same name, not beside it.
    heals()


def test_after_the_last_row_and_before_the_commit(site: Site, heals: Callable[..., None]) -> None:
    with Gate(site, "raw.invalid_measures") as gate:
        process = site.start_load()
        gate.wait()
        end_with_kill(process)
        assert rows_of(site, "biometrics") == [(0, 0)]
    heals()


@pytest.mark.parametrize(
    ("dataset", "condition", "visible"),
    [
        # The second hero of the second file: the file before it is loaded and stays.
        ("heroes", "new.row_number = 2", (2, 1)),
        ("missions", "new.row_number = 4", (0, 0)),
    ],
)
def test_in_the_middle_of_the_copy_of_records(
    site: Site, heals: Callable[..., None], dataset: str, condition: str, visible: tuple[int, int]
) -> None:
    with Gate(site, f"raw.{dataset}", condition) as gate:
        process = site.start_load()
        gate.wait()
        end_with_kill(process)
        assert rows_of(site, dataset) == [visible]
    heals()


def test_while_duckdb_reads_and_aggregates(site: Site, servers: Servers, heals: Callable[..., None]) -> None:
    with Proxy(servers.ports.s3, "hold", after_bytes=20_000) as proxy:
        process = site.start_load(S3_ENDPOINT_URL=proxy.url)
        assert proxy.held.wait(60)
        end_with_kill(process)
    assert rows_of(site, "biometrics") == [(0, 0)]
    heals()


def test_while_a_correction_comes_in(site: Site) -> None:
    """Users see the old version until the new one is all there."""
    site.load()
    before = raw_contents(site)
    corrected = readings(60, 900, 2)
    site.put("biometrics.parquet", corrected)
    with Gate(site, "raw.biometrics", "new.minute_at = '2025-01-01 00:10:00+00'") as gate:
        process = site.start_load()
        gate.wait()
        end_with_kill(process)
        assert raw_contents(site)["biometrics"] == before["biometrics"]
    assert raw_contents(site)["loads"] == before["loads"]
    assert site.load().objects == 1
    ((rows,),) = site.rows("select rows_in from raw.current_loads where object_key = 'biometrics.parquet'")
    assert rows == 3 * 420
    assert loads_without_row(site) == []
    site.build()
    assert differences(calculate(LANDING | {"biometrics.parquet": corrected}), site.warehouse_uri) == []


def test_two_at_once_load_once(site: Site, heals: Callable[..., None]) -> None:
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        first = site.start_load()
        gate.wait()
        second = site.start_load()
        gate.wait_until(SOMEBODY_WAITS_FOR_A_TRANSACTION)
    outputs = [process.communicate(timeout=60)[0] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], outputs
    assert "another run loaded 4 of them meanwhile" in outputs[1]
    heals()


def test_the_second_of_two_takes_over_when_the_first_is_killed(site: Site, heals: Callable[..., None]) -> None:
    with Gate(site, "raw.biometrics", LATE_MINUTE) as gate:
        first = site.start_load()
        gate.wait()
        second = site.start_load()
        gate.wait_until(SOMEBODY_WAITS_FOR_A_TRANSACTION)
        end_with_kill(first)
    output, _ = second.communicate(timeout=60)
    assert second.returncode == 0, output
    assert loads_without_row(site) == []
    assert len(site.ledger()) == 8
    heals()
