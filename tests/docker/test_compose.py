"""`docker compose up`: healthy, on the loopback address alone, with least privileges, and correct after restarts."""

import time
from collections.abc import Iterator

import httpx
import psycopg2
import pytest
from botocore.exceptions import ClientError

from local.run import RESTORE_DAG
from tests.docker.project import OVERRIDE, REPOSITORY, RUN_TIMEOUT, Project, compose_project
from tests.docker.restoring import assert_an_arrival_starts_a_run, assert_restored, store_of, write_sample
from tests.e2e.scheduler import Scheduler
from tests.oracle.warehouse import query

AIRFLOW = ("api-server", "scheduler", "dag-processor", "triggerer")
# From the same image; it needs nothing but Airflow's own database.
CLEANER = "db-clean"
ONE_SHOT = {"db-migration", "minio-setup"}


@pytest.fixture(scope="module")
def project() -> Iterator[Project]:
    with compose_project("local", [REPOSITORY / "docker-compose.yml", OVERRIDE]) as project:
        project.up("--build")
        assert len(project.volumes()) == 4
        yield project
    assert project.volumes() == []


@pytest.fixture(scope="module")
def api(project: Project) -> Scheduler:
    return project.scheduler()


def test_everything_is_healthy_or_has_done_its_work(project: Project) -> None:
    states = {}
    for container in project.containers():
        service, state = container["Config"]["Labels"]["com.docker.compose.service"], container["State"]
        states[service] = state["ExitCode"] if service in ONE_SHOT else state.get("Health", {}).get("Status")
    assert states == dict.fromkeys(ONE_SHOT, 0) | dict.fromkeys(
        (*AIRFLOW, CLEANER, "postgres", "minio", "warehouse"), "healthy"
    )


def test_only_the_loopback_address_is_published(project: Project) -> None:
    published = {
        binding["HostIp"]
        for container in project.containers()
        for bindings in container["HostConfig"]["PortBindings"].values()
        for binding in bindings
    }
    assert published == {"127.0.0.1"}


@pytest.mark.parametrize("service", [*AIRFLOW, CLEANER])
def test_airflow_runs_as_an_ordinary_user(project: Project, service: str) -> None:
    status = project.compose("exec", "-T", service, "cat", "/proc/1/status")
    fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert fields["Uid"].split() == ["50000"] * 4
    assert fields["CapBnd"].strip() == "0" * 16
    assert fields["NoNewPrivs"].strip() == "1"


@pytest.mark.parametrize(("service", "database"), [("warehouse", "postgres"), ("postgres", "warehouse")])
def test_the_warehouse_and_airflows_own_database_do_not_see_each_other(
    project: Project, service: str, database: str
) -> None:
    reach = f"pg_isready --quiet --host={database}; echo $?"
    assert project.compose("exec", "-T", service, "sh", "-c", reach).strip() == "2", "no answer"


def test_airflow_sees_both(project: Project) -> None:
    reach = "import socket; [socket.create_connection((host, 5432), 5) for host in ('postgres', 'warehouse')]"
    for service in AIRFLOW:
        project.compose("exec", "-T", service, "python", "-c", reach)


def test_dbt_stays_imported_in_its_own_environment(project: Project) -> None:
    commands = project.compose("exec", "-T", "scheduler", "sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
    assert "/usr/local/airflow/dbt_venv/bin/python -P" in commands
    sockets = project.compose("exec", "-T", "scheduler", "sh", "-c", "ls /tmp/cerebro-dbt-*")
    assert sockets.strip() == "socket"


def test_text_has_the_order_of_its_code_points_and_lower_knows_letters(project: Project) -> None:
    """The image's own locale has the order of its C library, which a new image may change under an index."""
    statement = "select lower(word) as word from unnest(array['b', 'É', 'a', 'B']) as words (word) order by words.word"
    words = query(project.warehouse_uri, statement)
    assert [row["word"] for row in words] == ["b", "a", "b", "é"]


def test_the_dbt_docs_ask_for_a_login(project: Project) -> None:
    login = {"username": project.environment["AIRFLOW_USERNAME"], "password": project.environment["AIRFLOW_PASSWORD"]}
    with httpx.Client(base_url=project.environment["AIRFLOW_API_URL"], trust_env=False) as client:
        files = ("/cerebro/dbt/index.html", "/cerebro/dbt/manifest.json")
        assert [client.get(file).status_code for file in files] == [401, 401]
        assert client.get("/cosmos/cerebro/manifest.json").status_code == 404
        token = client.post("/auth/token", json=login).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        assert [client.get(file).status_code for file in files] == [200, 200]


def test_every_container_has_a_memory_limit(project: Project) -> None:
    assert all(container["HostConfig"]["Memory"] > 0 for container in project.containers())


def test_both_dags_give_what_the_plain_calculation_gives(project: Project, api: Scheduler) -> None:
    restore = write_sample(api)
    api.wait_until_green(restore, timeout=RUN_TIMEOUT)
    assert {task.try_number for task in api.tasks(restore)} <= {0, 1}, "retries hide defects"
    assert_restored(project)
    (task,) = [task for task in api.tasks(restore) if task.task_id == "load.heroes"]
    assert any("heroes" in line for line in api.log_tail(restore, task)), "the UI shows the task's log"


def test_an_arrival_starts_a_run(project: Project, api: Scheduler) -> None:
    assert_an_arrival_starts_a_run(project, api)


def refused(call: object, **arguments: object) -> bool:
    """Whether the store denies access to the call."""
    try:
        call(**arguments)
    except ClientError as error:
        if error.response["Error"]["Code"] == "AccessDenied":
            return True
        raise
    return False


def test_the_pipeline_only_reads_the_landing_zone(project: Project) -> None:
    client = store_of(project, "minio")
    assert client.list_objects_v2(Bucket="cerebro-data")["KeyCount"] > 0
    assert not refused(client.get_object, Bucket="cerebro-data", Key="heroes.csv")
    assert refused(client.put_object, Bucket="cerebro-data", Key="heroes.csv", Body=b"")
    assert refused(client.delete_object, Bucket="cerebro-data", Key="heroes.csv")
    for bucket in ("cerebro-quarantine", "cerebro-reports"):
        assert not refused(client.put_object, Bucket=bucket, Key="rights", Body=b"kept")
        assert not refused(client.get_object, Bucket=bucket, Key="rights")
        assert refused(client.delete_object, Bucket=bucket, Key="rights")


def test_the_sample_only_writes_the_landing_zone(project: Project) -> None:
    client = store_of(project, "minio_sample_data")
    assert not refused(client.get_object, Bucket="cerebro-data", Key="heroes.csv")
    assert refused(client.delete_object, Bucket="cerebro-data", Key="heroes.csv")
    for bucket in ("cerebro-quarantine", "cerebro-reports"):
        assert refused(client.list_objects_v2, Bucket=bucket)
        assert refused(client.put_object, Bucket=bucket, Key="rights", Body=b"")


def test_the_warehouse_has_the_three_roles_and_an_ordinary_login(project: Project) -> None:
    roles = query(project.warehouse_uri, "select * from pg_roles where rolname ~ '^cerebro'")
    assert {role["rolname"]: role["rolcanlogin"] for role in roles} == {
        "cerebro": True,
        "cerebro_loader": False,
        "cerebro_transformer": False,
        "cerebro_analyst": False,
    }
    powers = ("rolsuper", "rolcreaterole", "rolcreatedb", "rolreplication", "rolbypassrls")
    assert not any(role[power] for role in roles for power in powers)


def test_an_analyst_reads_marts_and_analytics_and_nothing_else(project: Project) -> None:
    connection = psycopg2.connect(project.warehouse_uri)
    with connection, connection.cursor() as cursor:
        cursor.execute("create role alice login password 'alice'; grant cerebro_analyst to alice")
    connection.close()
    uri = project.warehouse_uri.replace("postgres:local-only-root-password@", "alice:alice@")
    assert query(uri, "select count(*) as rows from analytics.obt_cerebro_restored")[0]["rows"] > 0
    for statement in ("select * from raw.loads", "create schema mine", "create temporary table mine ()"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            query(uri, statement)


@pytest.mark.parametrize(("service", "seed"), [("warehouse", 11), ("minio", 12), ("scheduler", 13)])
def test_a_service_that_restarts_in_the_middle_changes_nothing(
    project: Project, api: Scheduler, service: str, seed: int
) -> None:
    restore = write_sample(api, seed=seed)
    deadline = time.monotonic() + 120
    while not any(task.task_id.startswith("load.") and task.start for task in api.tasks(restore)):
        assert time.monotonic() < deadline, "no load has begun"
        time.sleep(0.2)
    # Killed, not stopped: no process can clean up.
    project.compose("kill", service)
    project.compose("up", "--detach", "--no-deps", service)
    # A scheduler adopts the tasks of a dead one after half a minute without a heartbeat.
    api.wait_until_green(restore, timeout=RUN_TIMEOUT)
    assert_restored(project)


def test_stopping_and_starting_again_keeps_everything(project: Project, api: Scheduler) -> None:
    runs = api.run_ids(RESTORE_DAG)
    assert runs
    project.compose("down", "--timeout", "20")
    assert project.containers() == []
    project.up()
    again = project.scheduler()
    assert again.run_ids(RESTORE_DAG) >= runs
    assert_restored(project)
    # The next run finds nothing new and loads nothing twice.
    loads = query(project.warehouse_uri, "select count(*) as loads from raw.loads")
    again.wait_until_green(again.trigger(RESTORE_DAG, {}), timeout=RUN_TIMEOUT)
    assert query(project.warehouse_uri, "select count(*) as loads from raw.loads") == loads
