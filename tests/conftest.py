"""Stacks for the tests: the real services, each in a folder and on ports of its own."""

import os
import tempfile
from collections.abc import Iterator

import pytest

from local.airflow_api import Run
from testing.services import running, settings_apart
from tests.e2e.scheduler import SAMPLE_SIZE, Scheduler, ready

# Airflow writes a configuration where it finds none, and must not write it into the user's home. Removed at the end.
_AIRFLOW_HOME = tempfile.TemporaryDirectory(prefix="cerebro-test-airflow-")
os.environ.setdefault("AIRFLOW_HOME", _AIRFLOW_HOME.name)


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """PostgreSQL and S3, started once: the values that ``testing.services.running`` yields."""
    with running(settings_apart(tmp_path_factory.mktemp("services"))) as values:
        yield values


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The same with Airflow, on the repository's DAGs; with AIRFLOW_API_URL, user and password.

    An arrival starts no run, because the tests start runs themselves.
    """
    settings = settings_apart(tmp_path_factory.mktemp("stack"))
    with running(settings, airflow=True, product={"CEREBRO_ARRIVAL_SECONDS": "0"}) as values:
        yield values


@pytest.fixture(scope="session")
def scheduler(stack: dict[str, str]) -> Scheduler:
    """The scheduler of ``stack``, when it has read the DAG files."""
    return ready(stack)


@pytest.fixture(scope="session")
def restored(scheduler: Scheduler) -> Run:
    """The run that the sample's asset started, when it has restored the sample."""
    restore = scheduler.write_sample(SAMPLE_SIZE)
    scheduler.wait_until_green(restore)
    return restore
