"""Stacks for the tests: the real services, in folders and on ports of their own."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.components import COMPONENTS, SERVICES, connections
from local.settings import DEFAULT_PORTS, HOST, State, free_port
from local.stack import Stack


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """
    PostgreSQL and S3, started once: S3_ENDPOINT_URL, WAREHOUSE_URI and so on, as .local/env has them.

    On top the Airflow connections AIRFLOW_CONN_MINIO and AIRFLOW_CONN_WAREHOUSE, and for tests that make
    databases of their own POSTGRES_SUPERUSER_URI.
    """
    yield from _running(tmp_path_factory.mktemp("services"), SERVICES)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The same with the whole of Airflow, on the repository's own DAGs; with AIRFLOW_API_URL and so on."""
    yield from _running(tmp_path_factory.mktemp("stack"), COMPONENTS)


def _running(folder: Path, names: tuple[str, ...]) -> Iterator[dict[str, str]]:
    running = Stack(State(folder.resolve()))
    with pytest.MonkeyPatch.context() as environment:
        for name in DEFAULT_PORTS:
            environment.setenv(f"CEREBRO_{name.upper()}_PORT", str(free_port()))
        environment.setitem(os.environ, "CEREBRO_STATE_DIR", str(folder))
        # Tied to this process: nothing stays behind even if pytest is killed.
        running.up(lambda _: None, names, tied=True)
    secrets, ports = running.state.secrets(), running.state.ports()
    superuser = f"postgresql://postgres:{secrets.postgres_password}@{HOST}:{ports.postgres}/postgres"
    extra = {"POSTGRES_SUPERUSER_URI": superuser, "CEREBRO_STATE_DIR": str(running.state.folder)}
    values = running.environment() | connections(secrets, ports) | extra
    if names == SERVICES:
        values = {name: value for name, value in values.items() if not name.startswith("AIRFLOW_") or "CONN" in name}
    try:
        yield values
    finally:
        running.down()
