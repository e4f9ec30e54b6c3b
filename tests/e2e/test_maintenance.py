"""The doors for operators on the real scheduler: a dry run, the action, and the transformation that follows."""

from __future__ import annotations

from typing import Any

import pytest

from local.airflow_api import Run
from tests.e2e.scheduler import Scheduler
from tests.oracle.store import calculate_from_store
from tests.oracle.warehouse import differences, query

IN_FORCE = "select count(*) as objects, sum(rows_loaded)::int as rows_loaded from raw.current_loads"


pytestmark = pytest.mark.long


def run(scheduler: Scheduler, dag_id: str, **parameters: Any) -> Run:
    started = scheduler.trigger(dag_id, parameters)
    scheduler.wait_until_green(started)
    return started


def follow_up(scheduler: Scheduler, source: Run) -> None:
    """Wait until the runs that the source run has announced are green."""
    followers = scheduler.follow_up(source)
    assert followers
    for follower in followers:
        scheduler.wait_until_green(follower)


@pytest.mark.usefixtures("restored")
def test_everything_is_reprocessed_to_the_same_end(scheduler: Scheduler, warehouse: str, stack: dict[str, str]) -> None:
    (before,) = query(warehouse, IN_FORCE)
    choice = {"only_older_rules": False, "reason": "a test"}
    run(scheduler, "cerebro_reprocess", **choice, dry_run=True)
    loads = "select count(*) as loads from raw.loads where status = 'loaded'"
    assert query(warehouse, loads) == [{"loads": before["objects"]}]
    started = run(scheduler, "cerebro_reprocess", **choice, dry_run=False)
    follow_up(scheduler, started)
    assert query(warehouse, loads) == [{"loads": 2 * before["objects"]}]
    assert query(warehouse, IN_FORCE) == [before]
    found = differences(calculate_from_store(stack), warehouse)
    assert not found, "\n".join(found[:20])
    dry, wet = query(
        warehouse, "select is_dry_run, requested_by, outcome from meta.maintenance_actions order by started_at"
    )
    assert (dry["is_dry_run"], dry["outcome"]["objects"]) == (True, before["objects"])
    assert (wet["is_dry_run"], wet["outcome"]["objects"]) == (False, before["objects"])
    assert wet["requested_by"]


@pytest.mark.usefixtures("restored")
def test_rejected_readings_are_released(scheduler: Scheduler, warehouse: str, stack: dict[str, str]) -> None:
    (waiting, *_) = query(
        warehouse,
        "select * from operations.quarantine where reason = 'missing_hero_id' and dataset = 'biometrics'"
        " order by rows_waiting desc",
    )
    (before,) = query(warehouse, "select sum(reading_count)::int as readings from marts.fact_biometrics")
    decision = {"load_id": waiting["load_id"], "reason": "missing_hero_id", "why": "a test", "hero_id": "found"}
    dry = run(scheduler, "cerebro_release", **decision)
    assert scheduler.states(dry)["decide"] == "skipped"
    rejected = scheduler.trigger("cerebro_release", decision | {"dry_run": False})
    question = scheduler.answer(rejected, "Reject")
    assert f"- rows in question: {waiting['rows_waiting']:,}" in question
    assert f"rows?load_id={waiting['load_id']}&reason=missing_hero_id" in question
    assert "found" not in question, "the values of corrections are in the run's configuration alone"
    scheduler.wait_until_green(rejected)
    assert scheduler.states(rejected)["decide"] == "skipped"
    assert query(warehouse, "select count(*) as decisions from raw.quarantine_decisions") == [{"decisions": 0}]
    started = scheduler.trigger("cerebro_release", decision | {"dry_run": False})
    # A run that waits does not keep another from being decided, nor is its answer taken for what is in force then.
    overtaken = scheduler.trigger("cerebro_release", decision | {"dry_run": False})
    scheduler.await_question(overtaken)
    scheduler.answer(started, "Approve")
    scheduler.wait_until_green(started)
    scheduler.answer(overtaken, "Approve")
    assert scheduler.wait_until_finished(overtaken) == "failed"
    (noted,) = query(
        warehouse,
        f"select outcome from meta.maintenance_actions where dag_run_id = '{started.run_id}'",
    )
    assert noted["outcome"]["approved_by"] == stack["AIRFLOW_USERNAME"]
    follow_up(scheduler, started)
    (after,) = query(warehouse, "select sum(reading_count)::int as readings from marts.fact_biometrics")
    (released,) = query(warehouse, "select * from operations.quarantine where rows_released > 0")
    assert released["object_key"] == waiting["object_key"]
    assert after["readings"] == before["readings"] + released["rows_released"]
    assert query(warehouse, "select hero_id from marts.dim_heroes where hero_id = 'found'") == [{"hero_id": "found"}]
    # The rest of the object is discarded.
    (rest, *_) = query(warehouse, "select * from operations.quarantine where rows_waiting > 0 order by rows_waiting")
    decision = {"load_id": rest["load_id"], "reason": rest["reason"], "why": "a test", "action": "discard"}
    decision["approve"] = "now"
    run(scheduler, "cerebro_release", **decision, dry_run=False)
    waiting_rows = {
        (row["load_id"], row["reason"]): row["rows_waiting"]
        for row in query(warehouse, "select * from operations.quarantine")
    }
    assert waiting_rows[rest["load_id"], rest["reason"]] == 0
