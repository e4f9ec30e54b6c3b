"""A broken object or model: a person on call sees what is wrong, and its repair is enough."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest

from include.cerebro.schema.setup import prepare_warehouse
from local.airflow_api import Run, Task
from local.run import RESTORE_DAG
from testing.sites import object_store, warehouse_of
from tests.e2e.scheduler import RUN_TIMEOUT, Scheduler
from tests.oracle.warehouse import query

HEROES = b"hero_id,name,alter_ego,first_appearance\nstorm,Storm,Ororo Munroe,1975\n"
MISSION = b'{"mission_id": "trouble-%d", "hero_ids": ["storm"], "timestamp": "2025-02-01T10:00:00Z"}\n'

# The statement-level trigger fires even where dim_missions has nothing to change.
BREAK = """
    create function public.refuse() returns trigger language plpgsql as
    $$ begin raise exception 'injected failure'; end $$;
    create trigger refuse before insert or update or delete on marts.dim_missions
    for each statement execute function public.refuse();
"""
REPAIR = "drop function if exists public.refuse() cascade"


def execute(uri: str, statement: str) -> None:
    with psycopg2.connect(uri) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.fixture(scope="module")
def bucket(stack: dict[str, str]) -> Any:
    return object_store(stack).client()


def put(bucket: Any, key: str, body: bytes) -> None:
    bucket.put_object(Bucket="cerebro-data", Key=key, Body=body)


@pytest.fixture
def broken_model(warehouse: str) -> Iterator[None]:
    """dim_missions cannot be written until a test repairs it, or ends."""
    execute(warehouse, BREAK)
    yield
    execute(warehouse, REPAIR)


def test_a_broken_object_is_named_and_stops_nothing_else(scheduler: Scheduler, warehouse: str, bucket: Any) -> None:
    put(bucket, "heroes/trouble.csv", HEROES)
    put(bucket, "mission_logs/trouble.json", MISSION % 1)
    put(bucket, "biometrics/trouble/broken.parquet", b"this is no Parquet file at all")
    run = scheduler.trigger(RESTORE_DAG, {})
    assert scheduler.wait_until_finished(run) == "failed"

    states = scheduler.states(run)
    assert {task for task, state in states.items() if state not in ("success", "skipped")} == {"check_objects"}
    assert query(warehouse, "select hero_name from marts.dim_heroes where hero_id = 'storm'") == [
        {"hero_name": "Storm"}
    ]
    (task,) = [task for task in scheduler.tasks(run) if task.task_id == "check_objects"]
    log = "\n".join(scheduler.log_tail(run, task, 60))
    assert "biometrics/trouble/broken.parquet: it is not a Parquet file" in log
    assert "Deliver it again under the same key" in log
    assert task.try_number == 1, "a retry finds the same broken object (A3)"
    assert "Retry policy decision" in log

    bucket.delete_object(Bucket="cerebro-data", Key="biometrics/trouble/broken.parquet")
    scheduler.wait_until_green(scheduler.trigger(RESTORE_DAG, {}))


@pytest.mark.usefixtures("broken_model")
def test_a_broken_model_turns_only_its_own_row_red_and_clearing_it_is_enough(
    scheduler: Scheduler, warehouse: str, bucket: Any
) -> None:
    put(bucket, "mission_logs/trouble.json", MISSION % 2)
    run = scheduler.trigger(RESTORE_DAG, {})
    assert scheduler.wait_until_finished(run) == "failed"

    tasks = {task.task_id: task for task in scheduler.tasks(run)}
    descendants = {
        f"transform.{name}"
        for name in (
            "bridge_mission_heroes", "obt_cerebro_restored", "int_mission_totals", "hulk_factor", "reliability",
        )
    }  # fmt: skip
    assert tasks["transform.dim_missions"].state == "failed"
    assert tasks["transform.dim_missions"].try_number == 3, "it was tried again, alone, twice"
    log = "\n".join(scheduler.log_tail(run, tasks["transform.dim_missions"], 200))
    assert "Retry attempt #2" in log
    assert "injected failure" in log, "each try builds it"
    assert {task_id for task_id in descendants if tasks[task_id].state != "upstream_failed"} == set()
    for name in ("dim_heroes", "fact_biometrics", "heroes_history", "stg_missions"):
        assert tasks[f"transform.{name}"].state == "success", name

    execute(warehouse, REPAIR)
    cleared = scheduler.clear(run, "transform.dim_missions")
    assert {"transform.dim_missions"} | descendants <= cleared
    scheduler.wait_until_green(run)
    again = {task.task_id: task for task in scheduler.tasks(run)}
    ran = {task_id for task_id, task in again.items() if task.start != tasks[task_id].start}
    assert ran <= cleared
    assert {task_id for task_id in ran if task_id.startswith("transform.")} == {"transform.dim_missions"} | descendants
    assert query(warehouse, "select mission_id from marts.dim_missions where mission_id like 'trouble-%'") == [
        {"mission_id": "trouble-2"}
    ]


def test_the_asset_graph_leads_from_the_landing_zone_to_the_big_table(scheduler: Scheduler) -> None:
    """Walk backwards from the big table: each table's own task produces it from the assets that the task reads."""
    assets = {asset["name"]: asset for asset in scheduler.assets()}
    reads: dict[str, set[str]] = {}
    for name, asset in assets.items():
        for task in asset["consuming_tasks"]:
            reads.setdefault(task["task_id"], set()).add(name)

    found, waiting = set(), ["analytics.obt_cerebro_restored"]
    while waiting:
        name = waiting.pop()
        found.add(name)
        makers = {task["task_id"] for task in assets[name]["producing_tasks"] if task["dag_id"] == RESTORE_DAG}
        schema, table = name.split(".") if "." in name else ("", name)
        if schema in ("staging", "marts", "analytics"):
            assert makers == {f"transform.{table}"}
        waiting += [parent for maker in makers for parent in reads.get(maker, ()) if parent not in found]
    assert {"marts.fact_biometrics", "marts.dim_heroes", "staging.stg_biometrics", "raw.biometrics"} <= found
    assert "cerebro_landing_zone" in found


def test_every_model_reported_its_asset(scheduler: Scheduler) -> None:
    reported = {event["source_task_id"]: event["name"] for event in scheduler.asset_events(RESTORE_DAG)}
    for schema, table in (("marts", "fact_biometrics"), ("analytics", "obt_cerebro_restored"), ("raw", "heroes")):
        task_id = f"load.{table}" if schema == "raw" else f"transform.{table}"
        assert reported[task_id] in (f"{schema}.{table}", "raw.loads")


@contextmanager
def building(warehouse: str, schema: str, table: str) -> Iterator[None]:
    """Another build of the table is at work, for which dbt waits without limit."""
    connection = psycopg2.connect(warehouse)
    with closing(connection), connection.cursor() as cursor:
        cursor.execute("select meta.take_turns(%s)", [f'dbt: "{connection.info.dbname}"."{schema}"."{table}"'])
        yield


def wait_for(scheduler: Scheduler, run: Run, task_id: str, *states: str) -> Task:
    """Wait until the task is in one of the states; return it. dbt is at work on other models still."""
    deadline = time.monotonic() + RUN_TIMEOUT
    while True:
        tasks = {task.task_id: task for task in scheduler.tasks(run)}
        if tasks[task_id].state in states:
            assert tasks["transform.dbt_producer_watcher"].state == "running"
            return tasks[task_id]
        assert time.monotonic() < deadline, f"{task_id} is {tasks[task_id].state}, and not yet {states}"
        time.sleep(0.5)


@pytest.mark.long
@pytest.mark.usefixtures("broken_model")
def test_a_broken_model_and_those_after_it_are_built_again_while_dbt_builds_others(
    scheduler: Scheduler, warehouse: str, bucket: Any
) -> None:
    """Retries failed by dbt's old report as long as dbt was at work: two of them were over in seconds."""
    put(bucket, "mission_logs/trouble.json", MISSION % 4)
    # No dimension waits for it, as one does for the facts that refer to it.
    with building(warehouse, "operations", "readings_by_hour"):
        run = scheduler.trigger(RESTORE_DAG, {})
        wait_for(scheduler, run, "transform.dim_missions", "up_for_retry")
        assert scheduler.states(run)["transform.bridge_mission_heroes"] == "waiting"
        execute(warehouse, REPAIR)
        assert wait_for(scheduler, run, "transform.dim_missions", "success", "failed").state == "success"
        bridge = wait_for(scheduler, run, "transform.bridge_mission_heroes", "success", "failed")
        assert (bridge.state, bridge.try_number) == ("success", 1)
        assert query(
            warehouse, "select mission_id from marts.bridge_mission_heroes where mission_id like 'trouble-%'"
        ) == [{"mission_id": "trouble-4"}]
    scheduler.wait_until_green(run)
    others = {task: state for task, state in scheduler.states(run).items() if state != "success"}
    assert others.pop("transform.dbt_producer_watcher") == "skipped", "dbt itself has failed, and is not run again"
    assert not [task for task in others if task.startswith("transform.")]


@pytest.fixture
def newer_project(warehouse: str) -> Iterator[None]:
    """A project with more migrations has been at the warehouse."""
    prepare_warehouse(warehouse_of(warehouse))
    execute(warehouse, "insert into meta.migrations values (9999, '9999_later', now(), true, 9999)")
    yield
    execute(warehouse, "delete from meta.migrations where number = 9999")


@pytest.mark.usefixtures("newer_project")
def test_nothing_is_written_to_the_warehouse_of_a_newer_project(
    scheduler: Scheduler, warehouse: str, bucket: Any
) -> None:
    """Tasks that run whatever happened before them transformed it by the older project's rules."""
    put(bucket, "mission_logs/trouble.json", MISSION % 3)
    written = "select sum(n_tup_ins + n_tup_upd + n_tup_del) from pg_stat_user_tables where relname <> 'alerts'"
    before = query(warehouse, written)
    run = scheduler.trigger(RESTORE_DAG, {})
    assert scheduler.wait_until_finished(run) == "failed"
    states = scheduler.states(run)
    assert states.pop("prepare_warehouse") == "failed"
    assert set(states.values()) == {"upstream_failed"}
    assert query(warehouse, written) == before
    (task,) = [task for task in scheduler.tasks(run) if task.task_id == "prepare_warehouse"]
    assert "belongs to a newer project" in "\n".join(scheduler.log_tail(run, task, 60))
    assert task.try_number == 1
