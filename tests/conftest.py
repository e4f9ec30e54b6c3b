"""Stacks for the tests: the real services, in folders and on ports of their own."""

import os
import tempfile
from collections.abc import Iterator

import pytest

from testing.services import running, settings_apart

# Airflow writes a configuration where it finds none: not into the home of whoever tests. Removed when the tests end.
_AIRFLOW_HOME = tempfile.TemporaryDirectory(prefix="cerebro-test-airflow-")
os.environ.setdefault("AIRFLOW_HOME", _AIRFLOW_HOME.name)


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """
    PostgreSQL and S3, started once: S3_ENDPOINT_URL, WAREHOUSE_URI and so on, as .local/env has them.

    On top the Airflow connections AIRFLOW_CONN_MINIO and AIRFLOW_CONN_WAREHOUSE, and for tests that make
    databases of their own POSTGRES_SUPERUSER_URI.
    """
    with running(settings_apart(tmp_path_factory.mktemp("services"))) as values:
        yield values


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The same with the whole of Airflow, on the repository's own DAGs; with AIRFLOW_API_URL and so on."""
    with running(settings_apart(tmp_path_factory.mktemp("stack")), airflow=True) as values:
        yield values


@pytest.fixture(scope="session")
def watched_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The same once more, with lineage events in files, whose folder is LINEAGE_FOLDER, and with impatient alerts."""
    lineage = tmp_path_factory.mktemp("lineage")
    settings = settings_apart(tmp_path_factory.mktemp("watched"), openlineage=lineage)
    alerts = {"CEREBRO_LATE_AFTER_MINUTES": "0.05", "CEREBRO_STALE_AFTER_HOURS": "missions=0.001"}
    with running(settings, airflow=True, product=alerts) as values:
        yield values | {"LINEAGE_FOLDER": str(lineage)}
