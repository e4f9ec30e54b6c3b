"""The files for Docker, Kubernetes and GitHub: their guarantees, and what they share with the stack without Docker."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.cerebro.platform import names
from include.cerebro.platform.connections_file import read_connections
from local import postgres
from local.components import AIRFLOW_SETTINGS
from local.state import BUCKETS

REPOSITORY = Path(__file__).parents[2]
COMPOSE_FILES = ("docker-compose.yml", "docker-compose.override.yml", "docker-compose.celery.yml")
AIRFLOW_HOME = "/usr/local/airflow"


def read_yaml(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((REPOSITORY / name).read_text())
    return content


@pytest.fixture(scope="module")
def image_environment() -> dict[str, str]:
    """The ENV of the Dockerfile."""
    (block,) = re.findall(r"^ENV (.*?[^\\])$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    lines = (line.strip().partition("=") for line in block.replace("\\\n", "\n").splitlines())
    return {name: value.strip("'") for name, _, value in lines}


@pytest.mark.parametrize("file", COMPOSE_FILES)
def test_every_service_is_checked_limited_and_closed_to_others(file: str) -> None:
    services = read_yaml(file)["services"]
    waited_for = {
        name
        for compose in COMPOSE_FILES
        for service in read_yaml(compose)["services"].values()
        for name, how in service.get("depends_on", {}).items()
        if how["condition"] == "service_completed_successfully"
    }
    for name, service in services.items():
        if "image" not in service and "extends" not in service:
            continue  # adds to a service of another file
        assert "healthcheck" in service or name in waited_for, f"nobody knows whether {name} is well"
        assert "mem_limit" in service, name
        assert "networks" in service or "extends" in service, name
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), (name, port)
        for dependency, how in service.get("depends_on", {}).items():
            assert how["condition"] != "service_started", (name, dependency)


def test_airflows_inside_and_the_storage_are_apart() -> None:
    networks: dict[str, set[str]] = {}
    for file in COMPOSE_FILES:
        for name, service in read_yaml(file)["services"].items():
            networks.setdefault(name, set()).update(service.get("networks", []))
    assert networks["postgres"] == networks["redis"] == {"inside"}
    assert networks["minio"] == networks["minio-setup"] == networks["warehouse"] == {"storage"}
    for name in ("api-server", "scheduler", "dag-processor", "triggerer", "worker"):
        assert networks[name] == {"airflow", "inside", "storage"}, name
    assert read_yaml("docker-compose.yml")["networks"]["inside"]["internal"]


def test_selinux_lets_containers_read_what_is_mounted() -> None:
    mounts = [
        mount
        for file in COMPOSE_FILES
        for service in read_yaml(file)["services"].values()
        for mount in service.get("volumes", [])
        if mount.startswith(".")
    ]
    assert mounts
    assert [mount for mount in mounts if not mount.endswith(":ro,z")] == []


def test_images_are_exact_versions_with_their_digests() -> None:
    """Renovate keeps both. It reads the defaults of these variables."""
    for file in COMPOSE_FILES:
        for image in re.findall(r"image: \$\{\w+_IMAGE:-([^}]*)\}", (REPOSITORY / file).read_text()):
            exact = r":(\d+\.\d+(\.\d+)?|RELEASE\.[\dTZ-]+)@sha256:[0-9a-f]{64}$"
            assert image == "cerebro-restore:local" or re.search(exact, image), image


def test_the_override_refers_only_to_services_of_the_astro_cli() -> None:
    """The Astro CLI merges it into a file of its own: the same services and network, nothing else of ours."""
    override, own = read_yaml("docker-compose.override.yml"), read_yaml("docker-compose.yml")
    shared = override["services"].keys() & own["services"].keys()
    assert shared <= {"postgres", "db-migration", "scheduler", "dag-processor", "api-server", "triggerer"}
    assert not override.keys() - {"services", "volumes", "networks"}
    assert override["networks"].keys() == {"storage"}
    for name, service in override["services"].items():
        assert set(service.get("depends_on", {})) <= override["services"].keys(), name


def test_the_example_of_dot_env_has_every_variable_and_no_other() -> None:
    used = {
        name
        for file in COMPOSE_FILES
        for name in re.findall(r"\$\{(\w+):-", (REPOSITORY / file).read_text())
    }  # fmt: skip
    named = set(re.findall(r"^#?(\w+)=", (REPOSITORY / ".env.example").read_text(), re.MULTILINE))
    assert used
    assert used <= named
    assert {name for name, value in environment().items() if value is None} <= named
    text = "".join((REPOSITORY / file).read_text() for file in COMPOSE_FILES)
    assert {name for name in named if name not in text} == {"COMPOSE_FILE"}


def test_each_value_of_a_connection_can_be_replaced() -> None:
    replaceable = {
        f"CEREBRO_{name}_{field}".upper()
        for name, fields in read_connections().items()
        for field in ("host", "port", "login", "password")
        if field in fields
    }
    services = read_yaml("docker-compose.yml")["services"]
    assert services["db-migration"]["environment"].keys() - environment().keys() == replaceable
    assert replaceable <= set(re.findall(r"^#?(\w+)=", (REPOSITORY / ".env.example").read_text(), re.MULTILINE))


def test_every_default_secret_says_that_it_is_for_local_use() -> None:
    for file in COMPOSE_FILES:
        for name, value in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)):-([^}]*)\}", (REPOSITORY / file).read_text()):
            if name == "CEREBRO_AIRFLOW_PASSWORD":
                continue  # admin, as everybody expects; on the loopback address only
            if name == "CEREBRO_FERNET_KEY":
                continue  # 32 bytes that spell cerebro-local-only-not-a-secret!
            assert value.startswith("local-only"), name


def test_the_image_has_the_settings_of_the_stack_without_docker(image_environment: dict[str, str]) -> None:
    for option, value in AIRFLOW_SETTINGS.items():
        if not option.startswith(("AIRFLOW__COSMOS__", "AIRFLOW__USAGE_DATA_COLLECTION__")):
            continue
        assert image_environment[option] == value, option


def environment() -> dict[str, str | None]:
    """What every component of Airflow gets in Compose; None is what is passed on if it is set."""
    variables: dict[str, str | None] = read_yaml("docker-compose.yml")["x-airflow"]["environment"]
    return variables


def test_every_setting_and_connection_of_the_documentation_reaches_the_containers() -> None:
    connections = {f"AIRFLOW_CONN_{value.upper()}" for name, value in vars(names).items() if name.endswith("_CONN_ID")}
    pages = [page for page in (REPOSITORY / "docs").rglob("*.md") if page.parent.name != "decisions"]
    text = "".join(page.read_text() for page in pages)
    documented = set(re.findall(r"\bAIRFLOW_(?:CONN_|VAR_|_)[A-Z_]*[A-Z]\b", text))
    assert connections <= documented | {"AIRFLOW_CONN_MINIO_SAMPLE_DATA"}
    celery = {name for name in documented if name.startswith("AIRFLOW__CELERY__")}
    everywhere = connections | documented | {f"AIRFLOW_VAR_{names.LANDING_BUCKET_VARIABLE.upper()}"}
    assert everywhere - celery <= environment().keys()
    assert celery <= set(read_yaml("docker-compose.celery.yml")["x-celery"])


@pytest.mark.parametrize("file", COMPOSE_FILES)
def test_compose_unsets_no_variable_of_the_image(file: str, image_environment: dict[str, str]) -> None:
    """Docker removes a variable that is passed on without a value: no DAG found dbt's manifest."""
    for name, service in read_yaml(file)["services"].items():
        passed_on = {variable for variable, value in service.get("environment", {}).items() if value is None}
        assert not passed_on & image_environment.keys(), name


def test_compose_has_the_tuning_of_the_stack_without_docker() -> None:
    for option in (
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME",
        "SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL",
        "WORKERS__MIN_HEARTBEAT_INTERVAL",
    ):
        name = f"AIRFLOW__{option}"
        assert environment()[name] == AIRFLOW_SETTINGS[name]
    command = read_yaml("docker-compose.override.yml")["services"]["warehouse"]["command"]
    for option in ("timezone", "log_timezone", "max_wal_size", "shared_buffers"):
        assert f"{option}={postgres.SETTINGS[option]}" in command
    for file, service in (("docker-compose.override.yml", "warehouse"), ("docker-compose.yml", "postgres")):
        initdb = read_yaml(file)["services"][service]["environment"]["POSTGRES_INITDB_ARGS"]
        assert initdb.split() == list(postgres.locale("C.UTF-8"))


def test_minio_has_the_buckets_of_the_stack_without_docker() -> None:
    setup = (REPOSITORY / "deploy/minio/setup.sh").read_text()
    (buckets,) = re.findall(r"for bucket in (.*); do", setup)
    assert tuple(buckets.split()) == BUCKETS


# Stands for MinIO's client, which runs in Docker alone: notes what it is asked for, and a policy's text.
CLIENT = r"""#!/bin/sh
case "$*" in
    "admin policy create "*) cp "$6" "$NOTES/$5.json" ;;
    "admin policy attach "*)
        if grep -qx "$5" "$NOTES/attached-to-$7" 2> /dev/null; then
            echo "mc: policy change is already in effect" >&2; exit 1
        fi
        echo "$5" >> "$NOTES/attached-to-$7" ;;
esac
"""


def rights_of_the_pipeline(folder: Path, settings: dict[str, str]) -> set[tuple[str, str]]:
    """The pairs of action and resource that setup.sh gives to the pipeline under some settings."""
    (folder / "mc").write_text(CLIENT)
    (folder / "mc").chmod(0o755)
    names_of = ("MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD", "PIPELINE_PASSWORD", "SAMPLE_DATA_PASSWORD")
    environment = dict.fromkeys(names_of, "x") | settings
    environment |= {"PATH": f"{folder}:{os.environ['PATH']}", "NOTES": str(folder), "TMPDIR": str(folder)}
    subprocess.run(["sh", str(REPOSITORY / "deploy/minio/setup.sh")], env=environment, check=True, timeout=60)
    policies = (folder / "attached-to-cerebro-pipeline").read_text().split()
    return {
        (action, resource.removeprefix("arn:aws:s3:::"))
        for policy in policies
        for statement in json.loads((folder / f"{policy}.json").read_text())["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        (
            {"CEREBRO_KEEP_QUARANTINE_MONTHS": "0", "CEREBRO_ARCHIVE_BUCKET": "", "CEREBRO_ERASE_LANDING": "false"},
            set(),
        ),
        ({"CEREBRO_KEEP_QUARANTINE_MONTHS": "6"}, {("s3:DeleteObject", "cerebro-quarantine/*")}),
        ({"CEREBRO_ARCHIVE_BUCKET": "cold"}, {("s3:PutObject", "cold/*")}),
        ({"CEREBRO_ARCHIVE_BUCKET": "shared/minutes/"}, {("s3:PutObject", "shared/minutes/*")}),
        (
            {"CEREBRO_ERASE_LANDING": "True"},
            {("s3:PutObject", "cerebro-data/*"), ("s3:DeleteObject", "cerebro-data/*")},
        ),
    ],
)
def test_the_pipeline_may_write_only_what_its_settings_need(
    tmp_path: Path, settings: dict[str, str], more: set[tuple[str, str]]
) -> None:
    """It may not write where it reads, unless it is to erase there."""
    rights = rights_of_the_pipeline(tmp_path, settings)
    writing = {right for right in rights if right[0].startswith(("s3:Put", "s3:Delete", "s3:*"))}
    always = {
        ("s3:PutObject", f"{bucket}{objects}")
        for bucket in set(BUCKETS) - {names.DEFAULT_LANDING_BUCKET}
        for objects in ("", "/*")
    }
    assert writing == always | more
    assert {("s3:GetObject", resource) for action, resource in more if action == "s3:PutObject"} <= rights


def test_a_setting_that_is_turned_off_takes_its_rights_away(tmp_path: Path) -> None:
    before = rights_of_the_pipeline(tmp_path, {})
    on = {"CEREBRO_KEEP_QUARANTINE_MONTHS": "6", "CEREBRO_ERASE_LANDING": "true"}
    assert rights_of_the_pipeline(tmp_path, on) > before
    assert rights_of_the_pipeline(tmp_path, {}) == before


def test_kubernetes_finds_everything_where_the_image_has_it(image_environment: dict[str, str]) -> None:
    values = read_yaml("deploy/helm-values.yaml")
    assert values["airflowHome"] == AIRFLOW_HOME
    assert image_environment["CEREBRO_DBT_MANIFEST"].startswith(AIRFLOW_HOME)
    assert f"apache-airflow=={values['airflowVersion']} " in (REPOSITORY / "requirements.txt").read_text()
    assert not values["dags"]["gitSync"]["enabled"]
    assert not values["dags"]["persistence"]["enabled"]
    # The chart's default, which OpenShift refuses.
    assert "runAsUser" not in values["securityContexts"]["pod"]
    # Above DuckDB's own limit, 500 MB by default, there must be room for Python.
    assert values["workers"]["kubernetes"]["resources"]["requests"]["memory"] == "1Gi"


def test_kubernetes_gives_every_pod_all_settings_and_connections() -> None:
    """Whole objects, so that no list can miss one; the page says what to put in."""
    values = read_yaml("deploy/helm-values.yaml")
    sources = {
        kind: source["name"] for entry in yaml.safe_load(values["extraEnvFrom"]) for kind, source in entry.items()
    }
    assert sources == {"secretRef": "cerebro-connections", "configMapRef": "cerebro-settings"}
    page = (REPOSITORY / "docs/how-to/run-on-kubernetes.md").read_text()
    assert "create configmap cerebro-settings --from-env-file=" in page
    logs = f"AIRFLOW_CONN_{values['config']['logging']['remote_log_conn_id'].upper()}"
    created = set(re.findall(r"--from-literal=(AIRFLOW_\w+)=", page))
    assert created == {"AIRFLOW_CONN_MINIO", "AIRFLOW_CONN_WAREHOUSE", logs}


def test_the_base_image_is_written_out() -> None:
    """The Astro CLI reads the tag from the file; it does not know of build arguments."""
    (base,) = re.findall(r"^FROM (.*)$", (REPOSITORY / "Dockerfile").read_text(), re.MULTILINE)
    assert re.fullmatch(r"astrocrpublic\.azurecr\.io/runtime:3\.3-\d+-python-3\.12", base)


def test_nothing_gets_into_the_image_that_is_not_named() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert not any(re.search(r"\.env|\.git|\.local|\.venv|airflow_settings", rule) for rule in rules)


@pytest.mark.parametrize(
    "file",
    [
        "workflows/ci.yml",
        "workflows/warehouse-diff.yml",
        "workflows/dbt-project-evaluator.yml",
        "actions/setup/action.yml",
    ],
)
def test_actions_are_pinned_by_commit(file: str) -> None:
    uses = re.findall(r"uses: (\S+)(.*)", (REPOSITORY / ".github" / file).read_text())
    foreign = [(action, comment) for action, comment in uses if not action.startswith("./")]
    assert foreign
    for action, comment in foreign:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action
