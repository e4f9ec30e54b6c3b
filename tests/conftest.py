"""Stacks for the tests: the real services, each in a folder and on ports of its own."""

import os
import tempfile
from collections.abc import Iterator

import pytest

from testing.services import running, settings_apart

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
