"""docker-compose.celery.yml: the same project and the same answers, with the tasks on two workers.

Airflow runs here as a user that the image does not know, as on OpenShift.
"""

from collections import Counter
from collections.abc import Iterator

import pytest
import yaml

from tests.docker.project import COMPOSE_FILES, RUN_TIMEOUT, Project, compose_project
from tests.docker.restoring import assert_an_arrival_starts_a_run, assert_restored, write_sample

AIRFLOW = ("db-migration", "api-server", "scheduler", "dag-processor", "triggerer", "db-clean", "worker")
USER = "123456:0"
# Several batches of biometrics, so that there are mapped tasks to be shared.
BATCH_BYTES = 60_000


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    users = tmp_path_factory.mktemp("compose") / "users.yml"
    users.write_text(yaml.safe_dump({"services": {name: {"user": USER} for name in AIRFLOW}}))
    with compose_project("celery", [*COMPOSE_FILES, users], CEREBRO_BATCH_BYTES=str(BATCH_BYTES)) as project:
        project.up("--build", "--scale", "worker=2")
        yield project
    assert project.volumes() == []


def test_any_user_of_group_0_runs_it(project: Project) -> None:
    for service in AIRFLOW[1:]:
        assert project.compose("exec", "-T", service, "id", "-u").strip() == "123456"


def test_the_broker_asks_for_its_password(project: Project) -> None:
    asked = project.compose("exec", "-T", "--env", "REDISCLI_AUTH=", "redis", "redis-cli", "ping")
    assert "NOAUTH" in asked


def test_two_workers_share_the_tasks_and_the_answers_are_the_same(project: Project) -> None:
    workers = {
        container["Config"]["Hostname"]
        for container in project.containers()
        if container["Config"]["Labels"]["com.docker.compose.service"] == "worker"
    }
    assert len(workers) == 2
    api = project.scheduler()
    restore = write_sample(api)
    api.wait_until_green(restore, timeout=RUN_TIMEOUT)
    assert_restored(project)

    hosts = api.hosts(restore)
    taken = Counter(hosts.values())
    assert set(taken) == workers, "every task ran on a worker, and both took some"
    assert min(taken.values()) >= 3
    mapped = [label for label in hosts if label.startswith("load.biometrics")]
    assert len(mapped) >= 3

    # The UI has the log of a task of either worker.
    for task in api.tasks(restore):
        if task.task_id in ("load.biometrics", "load.heroes", "discover"):
            log = "\n".join(api.log_tail(restore, task))
            assert "Pushing xcom" in log, (task.label, log)


def test_an_arrival_starts_a_run(project: Project) -> None:
    assert_an_arrival_starts_a_run(project, project.scheduler())
