"""A hero is forgotten by the real scheduler, after somebody approved it through the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from local.airflow_api import Run
from local.run import RESTORE_DAG
from testing.sites import object_store
from tests.e2e.scheduler import Scheduler
from tests.e2e.test_secrets import METADATA
from tests.integration.helpers import parquet

DAG = "cerebro_forget_hero"
KEY = "biometrics/forget-me.parquet"
# In no other test: all of them share the landing zone.
HERO = "May-Fly"


pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def delivered(stack: dict[str, str], scheduler: Scheduler) -> Iterator[None]:
    client = object_store(stack).client()
    body = parquet([("2025-01-01 00:00:01", spelling, 80, 10, 100) for spelling in (HERO, "mayfly")])
    client.put_object(Bucket="cerebro-data", Key=KEY, Body=body)
    scheduler.wait_until_finished(scheduler.trigger(RESTORE_DAG))
    yield
    client.delete_object(Bucket="cerebro-data", Key=KEY)


def answer(scheduler: Scheduler, run: Run, option: str) -> None:
    """Answer the run's question as soon as it is asked."""
    question = scheduler.answer(run, option)
    assert "- 2 readings" in question
    assert HERO not in question


def mentions(uri: str, query: str) -> set[str]:
    with closing(psycopg2.connect(uri)) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        rows = cursor.fetchall()
    return {name for name, text in rows if "mayfly" in (text or "").lower().replace("-", "").replace(" ", "")}


def test_a_hero_is_forgotten_after_an_approval(stack: dict[str, str], scheduler: Scheduler, warehouse: str) -> None:
    scheduler.wait_for_dag(DAG, 120)
    heroes = "select hero_id, hero_id from marts.dim_heroes"
    assert mentions(warehouse, heroes) == {HERO}

    parameters = {"hero_id": "MAY FLY", "reason": "ticket 1"}
    dry = scheduler.trigger(DAG, parameters)
    scheduler.wait_until_green(dry)
    assert scheduler.states(dry)["forget"] == "skipped"

    rejected = scheduler.trigger(DAG, parameters | {"dry_run": False})
    answer(scheduler, rejected, "Reject")
    scheduler.wait_until_green(rejected)
    assert scheduler.states(rejected)["forget"] == "skipped"
    assert mentions(warehouse, heroes) == {HERO}

    approved = scheduler.trigger(DAG, parameters | {"dry_run": False})
    answer(scheduler, approved, "Approve")
    scheduler.wait_until_green(approved)
    restore = scheduler.await_triggered(approved)
    scheduler.wait_until_finished(restore)
    assert scheduler.states(restore)["reconcile"] == "success"
    assert mentions(warehouse, heroes) == set()
    assert mentions(warehouse, "select hero_id, hero_id from raw.biometrics") == set()
    with closing(psycopg2.connect(warehouse)) as connection, connection.cursor() as cursor:
        cursor.execute("select object_key from meta.erasure_objects")
        assert (KEY,) in cursor.fetchall()
        cursor.execute(
            "select requested_by, reason, is_dry_run, outcome ->> 'readings', outcome ->> 'approved_by'"
            " from meta.maintenance_actions where action = 'erase' order by started_at"
        )
        user = stack["AIRFLOW_USERNAME"]
        assert cursor.fetchall() == [
            (user, "ticket 1", True, "2", None),
            (user, "ticket 1", False, None, None),
            (user, "ticket 1", False, "2", user),
        ]

    # What is left is the configuration of the run and the audit log of Airflow (docs/how-to/forget-a-hero.md).
    airflow = urlsplit(stack["POSTGRES_SUPERUSER_URI"])._replace(path="/airflow").geturl()
    query = METADATA + " union all select 'run ' || dag_id, conf::text from dag_run"
    assert {name.split()[0] for name in mentions(airflow, query)} <= {"run", "log"}
    logs = list(Path(stack["CEREBRO_STATE_DIR"]).rglob(f"airflow/logs/dag_id={DAG}/**/*.log"))
    assert len(logs) > 5
    assert [path for path in logs if "MAY FLY" in path.read_text(encoding="utf-8")] == []
