"""The whole way through the real scheduler: sample data, the main job by its asset, tables and answers."""

import math

import pytest

from include.cerebro.platform.sql import read_sql
from local.airflow_api import Run
from local.run import RESTORE_DAG
from tests.e2e.scheduler import SAMPLE_SIZE, Scheduler
from tests.oracle import Expected
from tests.oracle.store import calculate_from_store
from tests.oracle.warehouse import differences, query

READINGS = SAMPLE_SIZE["heroes"] * SAMPLE_SIZE["hours"] * 3600

# The place of each row and the transaction that wrote it: a rewritten row shows, even with the same values.
ROWS = """
    select
        count(*) as rows,
        md5(coalesce(string_agg(concat_ws(' ', xmin, ctid, t::text), ';' order by tableoid, ctid), ''))
            as fingerprint
    from {table} as t
"""
BASE_TABLES = """
    select format('%I.%I', schemaname, tablename) as name
    from pg_tables
    where schemaname in ('raw', 'marts', 'analytics', 'snapshots')
    order by name
"""


@pytest.fixture(scope="module")
def expected(stack: dict[str, str], restored: Run) -> Expected:  # noqa: ARG001 - it must have happened
    """The result of the plain calculation for the objects in the bucket."""
    return calculate_from_store(stack)


def test_no_task_was_retried(scheduler: Scheduler, restored: Run) -> None:
    """Retries hide defects: a run that is green only thanks to them fails this test."""
    tried = {task.label: (task.state, task.try_number) for task in scheduler.tasks(restored)}
    # Nothing waits after a run that has taken all.
    assert tried.pop("Does anything wait?") == ("skipped", 1)
    assert {label: found for label, found in tried.items() if found not in (("success", 1), ("success", 0))} == {}


def test_dbt_was_a_fork_of_the_process_that_has_it_imported(scheduler: Scheduler, restored: Run) -> None:
    (task,) = [task for task in scheduler.tasks(restored) if task.task_id == "transform.dbt_producer_watcher"]
    assert any("dbt_fork_server/client.py" in line for line in scheduler.log_tail(restored, task, lines=1000))


def test_the_warehouse_holds_what_the_plain_calculation_gives(expected: Expected, warehouse: str) -> None:
    assert expected.failed == []
    found = differences(expected, warehouse)
    assert not found, f"{len(found)} differences, among them:\n" + "\n".join(found[:20])


def test_the_two_questions_are_answered(expected: Expected, warehouse: str) -> None:
    (answer,) = query(warehouse, read_sql("checking/answers/hulk_factor.sql"))
    best = max(energy for energy in expected.energy_by_name.values() if energy is not None)
    assert math.isclose(answer["avg_energy_output"], best, rel_tol=1e-9)
    assert math.isclose(expected.energy_by_name[answer["hero_name"]] or 0, best, rel_tol=1e-9)

    (answer,) = query(warehouse, read_sql("checking/answers/reliability.sql"))
    count, stress = expected.missions_by_name[answer["hero_name"]]
    assert answer["successful_missions_count"] == count
    assert count == max(others for others, _ in expected.missions_by_name.values())
    assert stress is not None
    assert math.isclose(answer["avg_stress_level"], stress, rel_tol=1e-9)


@pytest.mark.usefixtures("restored")
def test_no_reading_is_lost(warehouse: str) -> None:
    (row,) = query(
        warehouse,
        """
        select
            (select sum(rows_in) from raw.current_loads where dataset = 'biometrics') as landed,
            (select sum(rows_rejected) from raw.current_loads where dataset = 'biometrics') as rejected,
            (select sum(reading_count) from marts.fact_biometrics) as accepted
        """,
    )
    assert row["landed"] == READINGS
    assert row["rejected"] > 0
    assert row["accepted"] + row["rejected"] == READINGS


@pytest.mark.usefixtures("restored")
def test_a_second_run_changes_no_row(scheduler: Scheduler, warehouse: str) -> None:
    before = fingerprints(warehouse)
    assert before["analytics.obt_cerebro_restored"][0] > 0
    again = scheduler.trigger(RESTORE_DAG, {})
    scheduler.wait_until_green(again)
    after = fingerprints(warehouse)
    assert {table for table in before.keys() | after.keys() if before.get(table) != after.get(table)} == set()


def fingerprints(warehouse: str) -> dict[str, tuple[int, str]]:
    """The rows of every table, and the fingerprint of all of them."""
    result = {}
    for table in query(warehouse, BASE_TABLES):
        (row,) = query(warehouse, ROWS.format(table=table["name"]))
        result[table["name"]] = (row["rows"], row["fingerprint"])
    return result
