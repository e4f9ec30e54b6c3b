"""Both DAGs in a Compose project, and the check of their result."""

from __future__ import annotations

from local.airflow_api import Run
from tests.docker.project import Project
from tests.e2e.scheduler import SAMPLE_SIZE, Scheduler
from tests.oracle.store import calculate_from_store
from tests.oracle.warehouse import differences


def write_sample(api: Scheduler, **size: int) -> Run:
    """Write a sample and return the run of cerebro_restore that its asset has started."""
    return api.write_sample(SAMPLE_SIZE | size)


def assert_restored(project: Project) -> None:
    """Compare the warehouse with the plain calculation from the landing zone as it is now."""
    expected = calculate_from_store(project.environment)
    assert expected.failed == []
    assert expected.fact_biometrics
    found = differences(expected, project.warehouse_uri)
    assert not found, f"{len(found)} differences, among them:\n" + "\n".join(found[:20])
