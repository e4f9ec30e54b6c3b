"""A Compose project as users start it, on free ports and with its own volumes."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pytest_docker.plugin import Services, get_docker_services

from include.cerebro.platform.connections_file import Connections, read_connections
from local.run import RESTORE_DAG, SAMPLE_DAG
from local.state import HOST, free_port
from tests.e2e.scheduler import Scheduler

REPOSITORY = Path(__file__).parents[2]
OVERRIDE = REPOSITORY / "docker-compose.override.yml"
COMPOSE_FILES = [REPOSITORY / "docker-compose.yml", OVERRIDE, REPOSITORY / "docker-compose.celery.yml"]

# Seconds. On two busy cores the image takes 60 to build, and all services 100 to be healthy.
START_TIMEOUT = 400
DAG_TIMEOUT = 120


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=300, check=False)


def why_not() -> str | None:
    """Why these tests cannot run here; None if they can."""
    try:
        if docker("version", "--format", "{{.Server.Version}}").returncode != 0:
            return "no Docker engine answers (docker version)"
        if docker("compose", "version").returncode != 0:
            return "Compose v2 is not installed (docker compose version)"
    except FileNotFoundError:
        return "docker is not installed"
    return None


def is_here(image: str) -> bool:
    return docker("image", "inspect", image).returncode == 0


def images() -> dict[str, str]:
    """Variables of the compose files for the images that cannot be had, with the nearest one that is here.

    Without a registry that is one without the digest, or of the same major version.
    """
    chosen = {}
    text = "".join(file.read_text() for file in COMPOSE_FILES)
    for variable, default in re.findall(r"image: \$\{(CEREBRO_\w+_IMAGE):-(\S+)\}", text):
        wanted = os.environ.get(variable, default)
        if not is_here(wanted) and docker("pull", "--quiet", wanted).returncode != 0:
            tag = wanted.partition("@")[0]
            stand_ins = (tag, re.sub(r"(:\d+)\.[\d.]+$", r"\1", tag))
            chosen[variable] = next(filter(is_here, stand_ins), wanted)
    return chosen


@dataclass(frozen=True)
class Project:
    """A running project. ``environment`` and ``warehouse_uri`` have the owners' credentials, not the pipeline's."""

    name: str
    services: Services
    # The variables of .local/env, with the owners' keys.
    environment: dict[str, str]

    @property
    def warehouse_uri(self) -> str:
        return self.environment["WAREHOUSE_URI"]

    def compose(self, *arguments: str) -> str:
        """Run `docker compose` on this project and return what it prints."""
        output: bytes = self.services._docker_compose.execute(shlex.join(arguments))
        return output.decode()

    def containers(self) -> list[dict[str, Any]]:
        """All containers, also those that have ended, as `docker inspect` shows them."""
        ids = self.compose("ps", "--all", "--quiet").split()
        found: list[dict[str, Any]] = json.loads(docker("inspect", *ids).stdout) if ids else []
        return found

    def up(self, *arguments: str) -> None:
        """Start all services and wait until they are healthy."""
        self.compose("up", "--detach", "--wait", "--wait-timeout", str(START_TIMEOUT), *arguments)

    def scheduler(self) -> Scheduler:
        """A client of Airflow's API, after Airflow has parsed both DAGs."""
        api = Scheduler(self.environment)
        api.log_in()
        for dag_id in (SAMPLE_DAG, RESTORE_DAG):
            api.wait_for_dag(dag_id, DAG_TIMEOUT)
        return api

    def volumes(self) -> list[str]:
        return docker(
            "volume", "ls", "--quiet", "--filter", f"label=com.docker.compose.project={self.name}"
        ).stdout.split()


def connections() -> Connections:
    """The connections as airflow_settings.yaml defines them."""
    return read_connections()


@contextmanager
def compose_project(name: str, files: Sequence[Path], **variables: str) -> Iterator[Project]:
    """A project of these Compose files, not started yet. It is removed at the end, with its volumes."""
    name = f"cerebro-test-{name}-{os.getpid()}"
    ports = {service: free_port() for service in ("AIRFLOW", "S3", "S3_CONSOLE", "POSTGRES")}
    with pytest.MonkeyPatch.context() as environment:
        for service, port in ports.items():
            environment.setenv(f"CEREBRO_{service}_PORT", str(port))
        for variable, value in (images() | {"CEREBRO_IMAGE": "cerebro-restore:test"} | variables).items():
            environment.setenv(variable, value)
        with get_docker_services(
            "docker compose", [str(file) for file in files], name, [], ["down --volumes --remove-orphans --timeout 20"]
        ) as services:
            yield Project(
                name,
                services,
                {
                    "AIRFLOW_API_URL": f"http://{HOST}:{ports['AIRFLOW']}",
                    "AIRFLOW_USERNAME": "admin",
                    "AIRFLOW_PASSWORD": "admin",
                    "S3_ENDPOINT_URL": f"http://{HOST}:{ports['S3']}",
                    "AWS_ACCESS_KEY_ID": "local-only-root",
                    "AWS_SECRET_ACCESS_KEY": "local-only-root-password",
                    "WAREHOUSE_URI": f"postgresql://postgres:local-only-root-password@{HOST}:{ports['POSTGRES']}/cerebro",
                },
            )
