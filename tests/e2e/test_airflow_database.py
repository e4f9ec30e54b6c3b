"""A month of hourly and event-driven runs leaves Airflow's database under a stated size."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

from local.run import RESTORE_DAG
from tests.e2e.scheduler import Scheduler

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]

# A run each hour, and one for each of eight arrivals within the hour: docs/how-to/keep-it-small.md has both numbers.
RUNS = 30 * 24 * 9
STATED_MEGABYTES = 2_000

# The values of a copy that differ from the original's, by table and column; times are moved in all of them. Columns
# that are absent here and have a sequence get its next value.
TABLES = {
    "dag_run": ("t.run_id = %(run)s", {"run_id": "t.run_id || k", "id": "t.id + k"}),
    "task_instance": ("t.run_id = %(run)s", {"run_id": "t.run_id || k", "id": "md5(t.id::text || k)::uuid"}),
    "xcom": ("t.run_id = %(run)s", {"run_id": "t.run_id || k", "dag_run_id": "t.dag_run_id + k"}),
    "rendered_task_instance_fields": ("t.run_id = %(run)s", {"run_id": "t.run_id || k"}),
    "log": ("t.run_id = %(run)s", {"run_id": "t.run_id || k"}),
    "asset_event": ("t.source_run_id = %(run)s", {"source_run_id": "t.source_run_id || k"}),
}
COLUMNS = """
    select column_name::text, data_type, column_default like 'nextval%%' or is_identity = 'YES'
    from information_schema.columns where table_schema = 'public' and table_name = %s
"""


def copy(cursor: Cursor, run_id: str, first: int, last: int, days_ago: int) -> None:
    """Make copies of a run with all that belongs to it, spread over the 30 days that began days ago."""
    for table, (condition, values) in TABLES.items():
        cursor.execute(COLUMNS, [table])
        moved = f"- interval '1 day' * ({days_ago} - 30.0 * (k - {first}) / {last - first + 1})"
        expressions = {
            name: values.get(name) or (f"t.{name} {moved}" if kind.startswith("timestamp") else f"t.{name}")
            for name, kind, is_numbered in cursor.fetchall()
            if name in values or not is_numbered
        }
        cursor.execute(
            f"insert into {table} ({', '.join(expressions)}) select {', '.join(expressions.values())} "
            f"from {table} as t cross join generate_series({first}, {last}) as k where {condition}",
            {"run": run_id},
        )


def test_a_month_of_runs_stays_under_the_stated_size(scheduler: Scheduler, stack: dict[str, str]) -> None:
    run = scheduler.trigger(RESTORE_DAG, {})
    scheduler.wait_until_green(run)
    uri = stack["POSTGRES_SUPERUSER_URI"].removesuffix("/postgres") + "/airflow"
    size = "select pg_database_size('airflow') / 1e6"
    sizes = []
    with psycopg2.connect(uri) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            # Two months; the first is forgotten before the second comes, as it would be day by day.
            for first, days_ago in ((1, 61), (RUNS + 1, 30)):
                copy(cursor, run.run_id, 1_000_000 + first, 1_000_000 + first + RUNS - 1, days_ago)
                command = [sys.executable, "-m", "local", "db-clean"]
                environment = {"CEREBRO_STATE_DIR": stack["CEREBRO_STATE_DIR"]}
                subprocess.run(command, env=environment, check=True, cwd=Path(__file__).parents[2])
                cursor.execute("vacuum")
                cursor.execute(size)
                sizes.append(float(cursor.fetchone()[0]))
                cursor.execute("select count(*) from dag_run")
                print(f"{cursor.fetchone()[0]} runs, {sizes[-1]:.0f} MB")
            cursor.execute("select count(*) from dag_run where run_id like %s", [f"{run.run_id}1%"])
            assert cursor.fetchone()[0] == pytest.approx(RUNS, rel=0.01)
    connection.close()
    assert sizes[1] < STATED_MEGABYTES
