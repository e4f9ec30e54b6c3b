"""Airflow's own database stays small under hundreds of runs a day, if it is cleaned as the how-to page says."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from local.database import clean_database
from local.run import RESTORE_DAG
from local.settings import StackSettings
from local.stack import Stack
from testing.sites import object_store
from tests.e2e.arriving.copied_runs import TABLES, multiply
from tests.e2e.scheduler import Scheduler
from tests.integration.helpers import parquet

# An arrival every five minutes, and a run each hour.
RUNS_A_DAY = 312
# What the database was made to hold: the last days are over.
DAYS = 33
# docs/how-to/keep-it-small.md states it.
MOST_MB = 3000

pytestmark = pytest.mark.long


def rows(uri: str, statement: str) -> list[tuple[Any, ...]]:
    with closing(psycopg2.connect(uri)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def test_a_month_of_hundreds_of_runs_a_day(arriving: Scheduler, arriving_stack: dict[str, str]) -> None:
    # After test_retention_on_airflow, which counts all readings.
    key = "biometrics/every-five-minutes.parquet"
    body = parquet([("2025-06-01 12:00:01", "hulk", 80, 10, 100)])
    object_store(arriving_stack).client().put_object(Bucket="cerebro-data", Key=key, Body=body)
    run = arriving.trigger(RESTORE_DAG, {})
    arriving.wait_until_green(run)
    uri = arriving_stack["POSTGRES_SUPERUSER_URI"].rpartition("/")[0] + "/airflow"
    with closing(psycopg2.connect(uri)) as connection, connection.cursor() as cursor:
        added = multiply(cursor, RESTORE_DAG, run.run_id, RUNS_A_DAY * DAYS, DAYS)
        connection.commit()
    assert added["task_instance"] > 20 * RUNS_A_DAY * DAYS
    assert min(added[name] for name in ("rendered_task_instance_fields", "xcom", "log", "asset_event")) > 0

    kept = "select count(*) from dag_run where run_after < now() - interval '30 days 10 minutes'"
    assert rows(uri, kept) > [(2 * RUNS_A_DAY,)]
    assert clean_database(Stack(StackSettings(state_dir=Path(arriving_stack["CEREBRO_STATE_DIR"])))) == 0
    assert rows(uri, kept) == [(0,)]
    sizes = rows(
        uri,
        "select relname, pg_total_relation_size(oid) / 1000000 from pg_class"
        " where relkind = 'r' and relnamespace = 'public'::regnamespace order by 2 desc limit 12",
    )
    ((megabytes,),) = rows(uri, "select pg_database_size('airflow') / 1000000")
    print(f"{megabytes} MB, {added}, {dict(sizes)}")
    assert megabytes < MOST_MB, sizes
    # No table that grows with runs was left out.
    assert {name for name, size in sizes if size > 20} <= {*TABLES, "serialized_dag"}
