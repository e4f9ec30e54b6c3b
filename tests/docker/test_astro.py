"""`astro dev start` on a fresh clone, as far as possible without the Astro CLI itself.

The CLI builds the Dockerfile, makes a compose file of its own (below: the same services, mounts and network, without
health checks or conditions), merges docker-compose.override.yml into it, and adds the connections of
airflow_settings.yaml by command line.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.docker.project import REPOSITORY, RUN_TIMEOUT, Project, compose_project, docker
from tests.docker.restoring import assert_restored, write_sample

IMAGE = "cerebro-restore-astro-test/airflow:latest"
DATABASE = "postgresql://postgres:postgres@postgres:5432"
ENVIRONMENT = {
    "AIRFLOW__API__BASE_URL": "http://localhost:8080",
    "AIRFLOW__CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
    "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": "http://api-server:8080/execution/",
    "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": DATABASE,
    "AIRFLOW__API_AUTH__JWT_SECRET": "cerebro-restore",
    "AIRFLOW__CORE__FERNET_KEY": "Y2VyZWJyby1sb2NhbC1vbmx5LW5vdC1hLXNlY3JldCE=",
}


def fresh_clone(folder: Path) -> Path:
    """Copy the files that git tracks or would track: no manifest, no environment, no state."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (REPOSITORY / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    return folder


def generated_compose_file(clone: Path) -> dict[str, Any]:
    postgres_tag = yaml.safe_load((clone / ".astro/config.yaml").read_text())["postgres"]["tag"]
    # The CLI mounts them read-write; read-only here shows that no service writes to them.
    mounts = [f"{clone / name}:/usr/local/airflow/{name}:ro" for name in ("dags", "plugins", "include", "tests")]

    def airflow(*command: str, **more: Any) -> dict[str, Any]:
        return {
            "image": IMAGE,
            "command": ["airflow", *command],
            "networks": ["airflow"],
            "environment": ENVIRONMENT,
            "depends_on": ["db-migration"],
            "restart": "unless-stopped",
            "user": "astro",
            "volumes": [*mounts, "airflow_logs:/usr/local/airflow/logs"],
        } | more

    return {
        "networks": {"airflow": {"driver": "bridge"}},
        "volumes": {"postgres_data": {}, "airflow_logs": {}},
        "services": {
            "postgres": {
                "image": f"postgres:{postgres_tag}",
                "networks": ["airflow"],
                "environment": {"POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": "postgres"},
                "volumes": ["postgres_data:/var/lib/postgresql/data"],
            },
            "db-migration": airflow("db", "migrate", depends_on=["postgres"], restart="no", volumes=[]),
            "scheduler": airflow("scheduler"),
            "dag-processor": airflow("dag-processor"),
            "api-server": airflow("api-server", ports=["127.0.0.1:${CEREBRO_AIRFLOW_PORT}:8080"]),
            "triggerer": airflow("triggerer"),
        },
    }


def add_connections(project: Project, clone: Path) -> None:
    """Add the connections as the CLI does: each value between single quotes, conn_extra only as text."""
    for entry in yaml.safe_load((clone / "airflow_settings.yaml").read_text())["airflow"]["connections"]:
        extra = entry.pop("conn_extra", None)
        assert extra is None or isinstance(extra, str)
        command = f"airflow connections add '{entry.pop('conn_id')}'"
        for name, value in (entry | ({"conn_extra": extra} if extra else {})).items():
            command += f" --{name.replace('_', '-')} '{value}'"
        project.compose("exec", "-T", "api-server", "bash", "-c", command)


def wait_for_api(project: Project) -> None:
    """The CLI's services have no health checks; it asks the API server itself."""

    def answers() -> bool:
        with suppress(httpx.HTTPError):
            return httpx.get(f"{project.environment['AIRFLOW_API_URL']}/api/v2/version", trust_env=False).is_success
        return False

    project.services.wait_until_responsive(answers, timeout=180, pause=1)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fresh_clone(tmp_path_factory.mktemp("clone"))


@pytest.fixture(scope="module")
def project(clone: Path) -> Iterator[Project]:
    assert not (clone / "include/dbt/target").exists()
    built = docker("build", "--tag", IMAGE, str(clone))
    assert built.returncode == 0, built.stdout[-3000:] + built.stderr[-3000:]
    generated = clone / "generated.yml"
    generated.write_text(yaml.safe_dump(generated_compose_file(clone), sort_keys=False))
    with compose_project("astro", [generated, clone / "docker-compose.override.yml"]) as project:
        project.up()
        wait_for_api(project)
        add_connections(project, clone)
        yield project
    assert project.volumes() == []


def test_the_override_fits_the_services_of_the_cli(project: Project) -> None:
    states = {each["Config"]["Labels"]["com.docker.compose.service"]: each["State"] for each in project.containers()}
    assert {name for name, state in states.items() if state["Running"]} == {
        "postgres", "scheduler", "dag-processor", "api-server", "triggerer", "minio", "warehouse",
    }  # fmt: skip
    assert states["db-migration"]["ExitCode"] == states["minio-setup"]["ExitCode"] == 0


def test_astro_dev_start_gives_the_same_answers(project: Project) -> None:
    api = project.scheduler()
    restore = write_sample(api)
    api.wait_until_green(restore, timeout=RUN_TIMEOUT)
    assert_restored(project)


def test_the_manifest_and_the_docs_are_in_the_image(project: Project) -> None:
    """They are not in include: the CLI mounts the clone's folder there, which has none."""
    project.compose("exec", "-T", "dag-processor", "test", "!", "-e", "include/dbt/target")
    project.compose("exec", "-T", "dag-processor", "sh", "-c", 'test -s "$CEREBRO_DBT_MANIFEST"')
    docs = f"{project.environment['AIRFLOW_API_URL']}/cerebro/dbt"
    # Whoever reaches the CLI's Airflow is its admin; tests/docker/test_compose.py has the login.
    assert "dbt Docs" in httpx.get(f"{docs}/index.html", trust_env=False).raise_for_status().text
    nodes = httpx.get(f"{docs}/manifest.json", trust_env=False).raise_for_status().json()["nodes"]
    assert "model.cerebro.fact_biometrics" in nodes
