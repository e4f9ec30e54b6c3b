"""One stack for all end-to-end tests, with both DAGs ready."""

import pytest

from local.run import RESTORE_DAG, SAMPLE_DAG
from tests.e2e.scheduler import Scheduler

# Seconds until Airflow has read the DAG files.
DAG_TIMEOUT = 120


@pytest.fixture(scope="session")
def scheduler(stack: dict[str, str]) -> Scheduler:
    return _ready(stack)


@pytest.fixture(scope="session")
def watched(watched_stack: dict[str, str]) -> Scheduler:
    """The scheduler of a second stack, with lineage on and short thresholds for alerts."""
    return _ready(watched_stack)


def _ready(stack: dict[str, str]) -> Scheduler:
    api = Scheduler(stack)
    api.log_in()
    for dag_id in (SAMPLE_DAG, RESTORE_DAG):
        api.wait_for_dag(dag_id, DAG_TIMEOUT)
    return api


@pytest.fixture(scope="session")
def warehouse(stack: dict[str, str]) -> str:
    return stack["WAREHOUSE_URI"]
