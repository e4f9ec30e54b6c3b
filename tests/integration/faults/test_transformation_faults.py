"""dbt is killed in the middle of a build; the next build recovers."""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg2
import pytest

from include.cerebro.checking.conservation import ReadingsLostError, check_conservation
from tests.integration.faults.landing import LANDING, mart_contents
from tests.integration.helpers import Site

DBT_WAITS_FOR_A_LOCK = """
    select count(*) from pg_locks
    join pg_stat_activity using (pid)
    where
        not pg_locks.granted and pg_stat_activity.datname = current_database()
        and pg_stat_activity.application_name like 'dbt%%'
"""
EARLY = ("heroes.csv", "mission_logs.json", "biometrics.parquet", "biometrics/date=2025-01-01/part-2.parquet")


@pytest.mark.parametrize("table", ["marts.fact_biometrics", "analytics.obt_cerebro_restored"])
def test_dbt_killed_in_the_middle_of_a_build(site: Site, check_recovery: Callable[[], None], table: str) -> None:
    for key in LANDING.keys() - set(EARLY):
        site.remove(key)
    site.restore()
    before = mart_contents(site)[table]
    site.put_all(LANDING)
    assert site.load().objects == len(LANDING) - len(EARLY)
    # What no transformation has begun with is for the next one.
    check_conservation(site.warehouse, "before the build")
    holder = psycopg2.connect(site.warehouse_uri)
    try:
        with holder.cursor() as cursor:
            cursor.execute(f"lock table {table} in share mode")
        process = site.start_transformation()
        deadline = time.monotonic() + 60
        while site.rows(DBT_WAITS_FOR_A_LOCK) == [(0,)]:
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.kill()
        process.communicate(timeout=20)
    finally:
        holder.close()
    # The table is as before: the server rolls back once it has noticed that dbt is gone.
    deadline = time.monotonic() + 20
    while site.rows(
        "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'dbt%%'"
    ) != [(0,)]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert mart_contents(site)[table] == before
    if table == "marts.fact_biometrics":
        with pytest.raises(ReadingsLostError, match="missing"):
            check_conservation(site.warehouse, "after the kill")
    check_recovery()
