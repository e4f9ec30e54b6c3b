"""What is older than the terms leaves on the real scheduler, in one run: the marts, then raw, for the archive."""

from __future__ import annotations

import time
from contextlib import suppress

import psycopg2
import pytest

from testing.sites import object_store
from tests.e2e.scheduler import RUN_TIMEOUT, Scheduler
from tests.integration.helpers import parquet
from tests.oracle.warehouse import query

DAG = "cerebro_retention"
KEY = "biometrics/long-ago.parquet"
YEARS = "select extract(year from minute_at)::int as year, sum(reading_count)::int as readings from {} group by 1"
# Other tests' objects have been transformed before.
DONE = """
select exists (
    select from raw.loads join meta.transformations on transformations.position >= loads.position
    where loads.object_key = 'biometrics/long-ago.parquet'
) as is_done
"""
# Seconds within which an arrival is in the marts.
ARRIVAL_TIMEOUT = 600

pytestmark = pytest.mark.long


def years(uri: str, relation: str) -> dict[int, int]:
    return {row["year"]: row["readings"] for row in query(uri, YEARS.format(relation))}


def test_old_readings_leave_marts_and_raw(arriving: Scheduler, arriving_stack: dict[str, str]) -> None:
    uri = arriving_stack["WAREHOUSE_URI"]
    rows = [(f"{year}-06-01 12:00:0{second}", "hulk", 80, 10, 100) for year in (2010, 2011, 2025) for second in (1, 2)]
    object_store(arriving_stack).client().put_object(Bucket="cerebro-data", Key=KEY, Body=parquet(rows))
    deadline = time.monotonic() + ARRIVAL_TIMEOUT
    while True:
        with suppress(psycopg2.errors.UndefinedTable):
            if query(uri, DONE)[0]["is_done"]:
                break
        assert time.monotonic() < deadline, "the object is not in the marts"
        time.sleep(1)

    dry = arriving.trigger(DAG, {"dry_run": True})
    arriving.wait_until_green(dry)
    assert arriving.states(dry)["move_horizon"] == "skipped"
    assert years(uri, "marts.fact_biometrics") == {2010: 2, 2011: 2, 2025: 2}

    wet = arriving.trigger(DAG, {})
    # It waits for a whole run of cerebro_restore.
    arriving.wait_until_green(wet, 3 * RUN_TIMEOUT)
    assert set(arriving.states(wet).values()) == {"success"}
    assert years(uri, "marts.fact_biometrics") == years(uri, "raw.biometrics") == {2025: 2}
    (check,) = query(uri, "select * from operations.run_checks order by checked_at desc limit 1")
    assert (check["readings_in"], check["readings_retired"], check["is_conserved"]) == (6, 4, True)
    outcomes = query(uri, "select is_dry_run, outcome from meta.maintenance_actions order by started_at")
    assert [row["is_dry_run"] for row in outcomes] == [True, False]
    assert outcomes[0]["outcome"]["readings_in_raw"] == 4
    assert outcomes[1]["outcome"]["minutes"] == {"months": 3, "minutes": 2}
    # The archive has what left.
    client = object_store(arriving_stack).client()
    listed = client.list_objects_v2(Bucket="cerebro-quarantine", Prefix="_archive/")["Contents"]
    files = query(uri, "select archive_key, rows from meta.archive_files order by archive_key")
    assert [(stored["Key"], 1) for stored in listed] == [(row["archive_key"], row["rows"]) for row in files]
    assert [row["archive_key"].rpartition("/")[2] for row in files] == [
        "biometrics-2010-06-01.parquet",
        "biometrics-2011-06-01.parquet",
    ]

    # Nothing is left to do: nothing waits.
    again = arriving.trigger(DAG, {})
    arriving.wait_until_green(again)
    assert arriving.states(again)["announce"] == "skipped"
    assert arriving.states(again)["drop_minutes"] == "success"
