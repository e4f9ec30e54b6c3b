"""The local stack: what it promises to a user, and how it recovers from what may happen to it."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import psutil
import psycopg2
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local import postgres
from local.processes import STACK_MARKER, find
from local.settings import REPOSITORY
from local.state import StackError, State, free_port, port_is_free
from testing.environment import HOSTILE
from tests.integration.helpers import wait_until

pytestmark = pytest.mark.timeout(120)


class Command:
    """`python -m local` on a state folder of its own, with only PostgreSQL and S3."""

    def __init__(self, folder: Path) -> None:
        self.state = State(folder.resolve())
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("CEREBRO_", "PYTEST"))
        } | {"CEREBRO_STATE_DIR": str(folder)}

    def __call__(self, command: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "local", command, *options],
            cwd=REPOSITORY,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def up(self, **environment: str) -> dict[str, str]:
        """Start the services; the content of the env file."""
        done = self("up", "--services", **environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return self.values()

    def values(self) -> dict[str, str]:
        return dict(line.split("=", 1) for line in self.state.env_file.read_text().splitlines())

    def processes(self) -> list[psutil.Process]:
        """All processes of this stack; PostgreSQL's children hide their environment, but are among them."""
        found = {process.pid: process for process in find(str(self.state.folder))}
        for process in list(found.values()):
            found |= {child.pid: child for child in process.children(recursive=True)}
        return list(found.values())

    def process(self, part: str) -> psutil.Process:
        """The one process whose command line has this part."""
        return next(process for process in self.processes() if part in " ".join(process.cmdline()))


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    made = Command(tmp_path / "state")
    yield made
    made("down")
    assert made.processes() == []


def ask(uri: str, statement: str) -> object:
    connection = psycopg2.connect(uri)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    finally:
        connection.close()


def s3_client(values: dict[str, str], secret: str | None = None):  # noqa: ANN201  (boto3 makes the type at run time)
    return boto3.client(
        "s3",
        endpoint_url=values["S3_ENDPOINT_URL"],
        aws_access_key_id=values["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or values["AWS_SECRET_ACCESS_KEY"],
        region_name="us-east-1",
        config=Config(retries={"max_attempts": 1}),
    )


def test_env_file_is_complete_private_and_removed_on_down(command: Command) -> None:
    values = command.up()
    assert set(values) == {
        "S3_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "WAREHOUSE_URI",
        "AIRFLOW_API_URL",
        "AIRFLOW_USERNAME",
        "AIRFLOW_PASSWORD",
    }
    for file in (command.state.env_file, command.state.folder / "secrets.json", command.state.passwords_file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert command("down").returncode == 0
    assert not command.state.env_file.exists()


def test_services_alone_start_no_airflow(command: Command) -> None:
    command.up()
    states = dict(line.split() for line in command("status").stdout.splitlines() if len(line.split()) == 2)
    assert states["postgres"] == states["s3"] == "running"
    assert states["scheduler"] == states["api-server"] == "stopped"


def test_warehouse_belongs_to_cerebro_who_is_no_superuser(command: Command) -> None:
    uri = command.up()["WAREHOUSE_URI"]
    roles = "select array[rolsuper, rolcreaterole, rolcanlogin] from pg_roles where rolname = current_user"
    assert ask(uri, roles) == [False, True, True]
    assert ask(uri, "select pg_get_userbyid(datdba) from pg_database where datname = 'cerebro'") == "cerebro"
    assert ask(uri, "select lower('ÉLAN')") == "élan"
    # The order of code points, as in Compose: no C library changes it.
    assert (
        ask(uri, "select string_agg(word, '' order by word) from unnest(array['b', 'É', 'a', 'B']) as w (word)")
        == "BabÉ"
    )
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(uri.replace("cerebro:", "cerebro:x", 1))
    with pytest.raises(psycopg2.OperationalError, match="permission denied"):
        psycopg2.connect(uri.removesuffix("/cerebro") + "/airflow")


def test_s3_has_the_buckets_and_refuses_a_wrong_key(command: Command) -> None:
    values = command.up()
    buckets = {bucket["Name"] for bucket in s3_client(values).list_buckets()["Buckets"]}
    assert buckets == {"cerebro-data", "cerebro-quarantine", "cerebro-reports"}
    with pytest.raises(ClientError):
        s3_client(values, "wrong").list_buckets()


def test_variables_of_the_users_own_change_nothing(command: Command) -> None:
    # libpq took PGSSLMODE and PGSERVICE, and httpx stopped at a proxy that it did not need: `make up` failed.
    # rclone takes every RCLONE_ variable for a flag: this one would make the buckets read-only.
    values = command.up(**HOSTILE, RCLONE_READ_ONLY="true", RCLONE_VFS_READ_ONLY="true")
    for process in command.processes():
        if STACK_MARKER in (environment := process.environ()):
            assert {name for name in HOSTILE if environment.get(name) == HOSTILE[name]} <= {"HTTP_PROXY"}, process
    s3_client(values).put_object(Bucket="cerebro-data", Key="probe", Body=b"x")
    assert (command.state.buckets / "cerebro-data" / "probe").read_bytes() == b"x"


def test_no_secret_in_the_process_list(command: Command) -> None:
    command.up()
    secrets = [getattr(command.state.secrets(), name) for name in command.state.secrets().__dataclass_fields__]
    arguments = [" ".join(process.cmdline()) for process in command.processes()]
    assert any("serve s3" in line for line in arguments)
    assert not [line for line in arguments for secret in secrets if secret in line]


def test_ports_are_honoured_remembered_and_refused_when_taken(command: Command) -> None:
    port = free_port()
    assert f":{port}/" in command.up(CEREBRO_POSTGRES_PORT=str(port))["WAREHOUSE_URI"]
    command("down")
    assert f":{port}/" in command.up()["WAREHOUSE_URI"]
    other = Command(command.state.folder.parent / "other")
    refused = other("up", "--services", CEREBRO_POSTGRES_PORT=str(port))
    assert refused.returncode == 1
    assert f"Port {port} (CEREBRO_POSTGRES_PORT) is taken" in refused.stdout
    assert other.processes() == []


def test_only_the_loopback_address_listens(command: Command) -> None:
    command.up()
    listening = {
        connection.laddr.ip
        for process in command.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_two_stacks_side_by_side(command: Command, tmp_path: Path) -> None:
    other = Command(tmp_path / "other")
    try:
        first, second = command.up(), other.up()
        assert first["S3_ENDPOINT_URL"] != second["S3_ENDPOINT_URL"]
        ask(first["WAREHOUSE_URI"], "create table only_here (x int)")
        assert ask(second["WAREHOUSE_URI"], "select to_regclass('only_here')") is None
        other("down")
        assert other.processes() == []
        assert ask(first["WAREHOUSE_URI"], "select count(*) from only_here") == 0
    finally:
        other("down")


def test_killed_supervisor_leaves_nothing_behind_and_the_next_start_heals(command: Command) -> None:
    uri = command.up()["WAREHOUSE_URI"]
    ask(uri, "create table kept as select 1 as x")
    everything = command.processes()
    assert len(everything) >= 5
    command.process("supervisor.supervisord").kill()
    wait_until(lambda: not any(process.is_running() for process in everything))
    assert ask(command.up()["WAREHOUSE_URI"], "select x from kept") == 1


@pytest.mark.parametrize("part", ["local.guard postgres", "bin/postgres", "local.guard s3", "serve s3"])
def test_killed_part_comes_back(command: Command, part: str) -> None:
    values = command.up()
    before = {process.pid for process in command.processes()}
    victim = command.process(part)
    victim.send_signal(signal.SIGKILL)

    def healthy() -> bool:
        try:
            s3_client(values).list_buckets()
            return ask(values["WAREHOUSE_URI"], "select 1") == 1 and command.process(part).pid not in before
        except Exception:  # whatever it is while the part is away; the wait is bounded
            return False

    wait_until(healthy)
    # Exactly one of each: what the killed part had started is gone.
    assert sum("serve s3" in " ".join(process.cmdline()) for process in command.processes()) == 1


def test_killed_up_heals(command: Command) -> None:
    starting = subprocess.Popen(
        [sys.executable, "-m", "local", "up", "--services"],
        cwd=REPOSITORY,
        env=command.environment,
        stdout=subprocess.DEVNULL,
    )
    wait_until(lambda: any((command.state.folder / "postgres").glob("new-*")))
    starting.kill()
    starting.wait(10)
    assert not command.state.postgres_data.exists()
    assert ask(command.up()["WAREHOUSE_URI"], "select 1") == 1
    assert [path.name for path in command.state.postgres_data.parent.iterdir()] == ["data"]


def test_stale_files_heal(command: Command) -> None:
    command.up()
    command("down")
    # A lock file whose process number now belongs to another program of the server's user.
    bystander = subprocess.Popen([*postgres.as_server_user(), "sleep", "60"])
    lock = command.state.postgres_data / "postmaster.pid"
    lock.write_text(f"{bystander.pid}\n{command.state.postgres_data}\n")
    (command.state.folder / "supervisord.pid").write_text(f"{os.getpid()}\n")
    (command.state.folder / "supervisor.sock").touch()
    (command.state.folder / "secrets.json").unlink()
    try:
        assert ask(command.up()["WAREHOUSE_URI"], "select 1") == 1
    finally:
        bystander.kill()
        bystander.wait()


def test_damaged_state_says_what_to_do(command: Command) -> None:
    command.up()
    command("down")
    ports = command.state.folder / "ports.json"
    ports.write_text("{")
    failed = command("up", "--services")
    assert failed.returncode == 1
    assert f"Remove it: rm {ports}" in failed.stdout


def test_long_path_finds_a_place_for_its_socket(tmp_path: Path) -> None:
    # A Unix socket's address holds 108 bytes.
    deep = Command(tmp_path / ("d" * 60) / ("e" * 60))
    try:
        assert ask(deep.up()["WAREHOUSE_URI"], "select 1") == 1
        assert deep("down").returncode == 0
        assert deep.processes() == []
    finally:
        deep("down")


def test_percent_signs_in_the_path(tmp_path: Path) -> None:
    # supervisord expands them in its configuration, in the paths of logs twice.
    odd = Command(tmp_path / "100 %s")
    try:
        assert ask(odd.up()["WAREHOUSE_URI"], "select 1") == 1
        assert odd("down").returncode == 0
        assert odd.processes() == []
    finally:
        odd("down")


def test_up_does_not_touch_a_process_that_only_names_the_folder(command: Command) -> None:
    bystander = subprocess.Popen(
        ["sleep", "60"],
        env=os.environ | {STACK_MARKER: "elsewhere", "CEREBRO_STATE_DIR": str(command.state.folder)},
    )
    try:
        command.up()
        command("down")
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_port_check_sees_a_listener(services: dict[str, str]) -> None:
    assert not port_is_free(int(services["S3_ENDPOINT_URL"].rsplit(":", 1)[1]))


def test_missing_start_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="make up"):
        State(tmp_path).ports()
