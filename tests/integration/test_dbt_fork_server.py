"""dbt as a fork of a process that has imported it: as if it had been started, but for the time."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psycopg2
import pytest

from include.cerebro.orchestration import dbt_fork_server
from include.cerebro.platform.names import DBT_ROOT
from tests.integration.helpers import Site, wait_until

DBT = Path(sys.executable).with_name("dbt")

# Seconds within which a process has imported dbt, or ended, also on a busy machine.
PATIENCE = 60.0


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A server that forks for the commands of this test."""
    # The test's own variable, so that it is as before afterwards.
    monkeypatch.setenv(dbt_fork_server.VARIABLE, "")
    monkeypatch.delenv(dbt_fork_server.VARIABLE)
    process = dbt_fork_server.start(str(DBT))
    assert process
    socket = Path(os.environ[dbt_fork_server.VARIABLE])
    wait_until(lambda: socket.exists() or process.poll() is not None, PATIENCE)
    yield process
    process.terminate()
    process.wait(PATIENCE)
    assert not socket.parent.exists()


@pytest.fixture
def environment(site: Site, tmp_path: Path) -> dict[str, str]:
    """dbt's environment, with the test's warehouse."""
    return {
        **os.environ,
        **site.environment(),
        "DBT_PROJECT_DIR": str(DBT_ROOT),
        "DBT_PROFILES_DIR": str(DBT_ROOT),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }


def run(
    *arguments: str, env: dict[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run dbt as a task does."""
    command = dbt_fork_server.command([str(DBT), *arguments])
    return subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False, timeout=PATIENCE)


@pytest.mark.usefixtures("server")
def test_a_fork_is_as_a_process_that_was_started(environment: dict[str, str], tmp_path: Path) -> None:
    """Output, errors, exit codes, environment and working directory; and each run has an id of its own."""
    assert run("--version").stdout.startswith("Core:")
    wrong = run("no-such-command")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "No such command 'no-such-command'" in wrong.stderr
    nowhere = {name: value for name, value in environment.items() if name != "DBT_PROJECT_DIR"}
    lost = run("parse", env=nowhere, cwd=tmp_path)
    assert lost.returncode == 2
    assert f"No dbt_project.yml found at expected path {tmp_path}" in lost.stdout
    query = ["show", "--quiet", "--inline", "select '{{ invocation_id }}' as id", "--output", "json"]
    first, second = run(*query, env=environment), run(*query, env=environment)
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout != second.stdout
    assert not first.stderr


def test_it_is_a_fork(server: subprocess.Popen[bytes], environment: dict[str, str]) -> None:
    """It has the modules of the server without having started an interpreter."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    with dbt_that_sleeps(environment):
        wait_until(children.read_text, PATIENCE)
    wait_until(lambda: not children.read_text(), PATIENCE)


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_dbt_ends_with_its_client(environment: dict[str, str], site: Site, number: signal.Signals) -> None:
    """A task that is stopped or killed leaves no dbt behind that goes on in the warehouse."""
    with closing(psycopg2.connect(site.superuser_uri)) as connection, connection.cursor() as cursor:
        connection.autocommit = True

        def sleeps() -> bool:
            cursor.execute("select count(*) from pg_stat_activity where wait_event = 'PgSleep'")
            return cursor.fetchone() == (1,)

        with dbt_that_sleeps(environment) as client:
            wait_until(sleeps, PATIENCE)
            client.send_signal(number)
            assert client.wait(PATIENCE) != 0
        wait_until(lambda: not writers(environment["DBT_LOG_PATH"]), PATIENCE)
        # PostgreSQL notices it when it next writes to that client.
        cursor.execute("select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'")


@contextmanager
def dbt_that_sleeps(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a query that lasts longer than the test, and kill the client at the end."""
    command = dbt_fork_server.command([str(DBT), "show", "--inline", "select pg_sleep(1000)"])
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as client:
        try:
            yield client
        finally:
            client.kill()


def writers(folder: str) -> list[int]:
    """Return the processes that have a file of a folder open."""
    found = []
    for descriptors in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            if any(str(it.readlink()).startswith(folder) for it in descriptors.iterdir()):
                found.append(int(descriptors.parent.name))
    return found


def test_without_a_server_a_task_runs_dbt_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(dbt_fork_server.VARIABLE, raising=False)
    assert dbt_fork_server.command(["dbt", "build"]) == ["dbt", "build"]


def test_a_server_that_has_gone_or_has_not_begun_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(dbt_fork_server.VARIABLE, str(tmp_path / "socket"))
    done = run("--version")
    assert (done.returncode, done.stdout[:5]) == (0, "Core:")


def test_it_ends_with_the_process_that_started_it() -> None:
    """Also if that one is killed; a scheduler that starts again has a server of its own."""
    program = (
        "import os, signal; from include.cerebro.orchestration import dbt_fork_server as server;"
        f"print(server.start({str(DBT)!r}).pid, os.environ[server.VARIABLE], flush=True); signal.pause()"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as scheduler:
        assert scheduler.stdout
        pid, socket = scheduler.stdout.readline().split()
        wait_until(Path(socket).exists, PATIENCE)
        scheduler.kill()
    wait_until(lambda: not Path(socket).parent.exists(), PATIENCE)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), PATIENCE)


def test_a_dbt_that_is_no_python_program_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(dbt_fork_server.VARIABLE, raising=False)
    assert dbt_fork_server.start("/bin/true") is None
    assert dbt_fork_server.start("no-such-dbt") is None
    assert dbt_fork_server.VARIABLE not in os.environ
