"""Both DAGs in a Compose project, and the check of their result."""

from __future__ import annotations

from typing import Any

from include.cerebro.platform.object_store import ObjectStore
from local.airflow_api import Run
from local.run import RESTORE_DAG
from tests.docker.project import RUN_TIMEOUT, Project, connections
from tests.e2e.scheduler import SAMPLE_SIZE, Scheduler
from tests.oracle.store import calculate_from_store
from tests.oracle.warehouse import differences


def write_sample(api: Scheduler, **size: int) -> Run:
    """Write a sample and return the run of cerebro_restore that its asset has started."""
    return api.write_sample(SAMPLE_SIZE | size)


def store_of(project: Project, connection: str) -> Any:
    """Return a client of the landing zone's store with the keys of a connection."""
    keys = connections()[connection]
    return ObjectStore(project.environment["S3_ENDPOINT_URL"], keys["login"], keys["password"]).client()


def assert_an_arrival_starts_a_run(project: Project, api: Scheduler) -> None:
    """Deliver an object to the landing zone, and wait until a run that nobody else started has restored it."""
    # A run that begins after the delivery would find the object, and leave nothing to tell.
    for run in api.runs(RESTORE_DAG, limit=100):
        api.wait_until_finished(run, timeout=RUN_TIMEOUT)
    before = api.run_ids(RESTORE_DAG)
    body = b"hero_id,name,alter_ego,first_appearance\narrived,Arrived,,\n"
    store_of(project, "minio_sample_data").put_object(Bucket="cerebro-data", Key="heroes/arrived.csv", Body=body)
    (run,) = api.await_new(RESTORE_DAG, before, RUN_TIMEOUT)
    assert run.run_id.startswith("asset_triggered__")
    api.wait_until_green(run, timeout=RUN_TIMEOUT)
    assert_restored(project)


def assert_restored(project: Project) -> None:
    """Compare the warehouse with the plain calculation from the landing zone as it is now."""
    expected = calculate_from_store(project.environment)
    assert expected.failed == []
    assert expected.fact_biometrics
    found = differences(expected, project.warehouse_uri)
    assert not found, f"{len(found)} differences, among them:\n" + "\n".join(found[:20])
