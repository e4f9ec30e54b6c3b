"""The stack as a whole: up, down, and what it needs to know of itself."""

import fcntl
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version

import httpx
import psycopg2

from local import postgres
from local.airflow_api import AirflowApi
from local.components import (
    AIRFLOW,
    COMPONENTS,
    SERVICES,
    airflow_environment,
    base_environment,
    public_environment,
)
from local.processes import end_with_parent
from local.readiness import postgres_answers, s3_answers
from local.settings import HOST, StackError, State, executable, port_is_free, write_private
from local.supervisor import Supervisor

# Seconds for a component to be ready; measured on two cores: PostgreSQL and S3 1 s, Airflow's API 9 s.
SERVICES_TIMEOUT = 60.0
AIRFLOW_TIMEOUT = 180.0

Say = Callable[[str], None]


class Stack:
    """The stack of one state folder."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State.from_environment()
        self.supervisor = Supervisor(self.state)

    def is_up(self, names: tuple[str, ...] = COMPONENTS) -> bool:
        """Whether all these components run."""
        states = self.supervisor.states()
        return all(states.get(name) == "RUNNING" for name in names) and self.state.env_file.exists()

    def environment(self) -> dict[str, str]:
        """What .local/env holds."""
        return public_environment(self.state.secrets(), self.state.ports())

    def up(self, say: Say, names: tuple[str, ...] = COMPONENTS, tied: bool = False) -> None:
        """
        Start what does not run yet of the named components, and wait until all of them are ready.

        When `tied`, the stack ends together with this process. Raises StackError when one does not get ready.
        """
        self.state.create()
        with self._alone():
            if not self.supervisor.is_up():
                self.supervisor.stop()
                secrets = self.state.secrets()
                self.state.choose_ports()
                write_private(self.state.passwords_file, json.dumps({"admin": secrets.airflow_password}))
                postgres.prepare(self.state, secrets)
                self.supervisor.start(tied)
            try:
                self._start(SERVICES, SERVICES_TIMEOUT)
                wanted = tuple(name for name in names if name in AIRFLOW)
                if wanted:
                    self._migrate(say)
                    self._start(wanted, AIRFLOW_TIMEOUT)
            except BaseException:
                self.supervisor.stop()
                raise
            write_private(
                self.state.env_file,
                "".join(f"{name}={value}\n" for name, value in self.environment().items()),
            )

    def down(self) -> None:
        """Stop everything, in whatever state it is."""
        if not self.state.folder.exists():
            return
        with self._alone():
            self.supervisor.stop()
            self.state.env_file.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = self.state.folder / "lock"
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StackError(
                    f"Another command is starting or stopping this stack ({self.state.folder}). "
                    "Try again when it is done."
                ) from error
            yield

    def _start(self, names: tuple[str, ...], timeout: float) -> None:
        for name in names:
            self.supervisor.start_component(name)
        checks = {
            "postgres": lambda: postgres_answers(self.environment()),
            "s3": lambda: s3_answers(self.environment()),
            "api-server": self._api_answers,
        }
        deadline = time.monotonic() + timeout
        for name in names:
            while True:
                state = self.supervisor.states().get(name)
                if state == "RUNNING" and checks.get(name, lambda: True)():
                    break
                if state in ("FATAL", None) or time.monotonic() > deadline:
                    raise StackError(self._why(name, state))
                time.sleep(0.1)

    def _why(self, name: str, state: str | None) -> str:
        log = self.state.logs / f"{name}.log"
        lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
        tail = "".join(f"  {line}\n" for line in lines)
        return (
            f"{name} did not get ready (state: {state or 'supervisord is gone'}). The end of {log}:\n{tail}"
            "If another program took its port, start again: make up"
        )

    def _api_answers(self) -> bool:
        # A user that cannot log in here would mean that another program has the port.
        environment = self.environment()
        if port_is_free(self.state.ports().airflow):
            return False
        with suppress(httpx.HTTPError):
            AirflowApi(environment).log_in()
            return True
        return False

    def _migrate(self, say: Say) -> None:
        """Bring Airflow's database to the installed version unless it is; Airflow needs seconds to see."""
        secrets, ports = self.state.secrets(), self.state.ports()
        installed = f"migrated to Airflow {version('apache-airflow-core')}"
        database = psycopg2.connect(
            host=HOST,
            port=ports.postgres,
            user="airflow",
            password=secrets.airflow_database_password,
            dbname="airflow",
        )
        try:
            with database, database.cursor() as cursor:
                cursor.execute(
                    "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'airflow'"
                )
                row = cursor.fetchone()
                if row and row[0] == installed:
                    return
            say("Preparing Airflow's database ...")
            log = self.state.logs / "airflow-db-migrate.log"
            environment = base_environment(self.state) | airflow_environment(self.state, secrets, ports)
            with log.open("w") as out:
                code = subprocess.run(
                    [str(executable("airflow")), "db", "migrate"],
                    env=environment,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    timeout=300,
                    check=False,
                    preexec_fn=end_with_parent(signal.SIGTERM),
                ).returncode
            if code != 0:
                raise StackError(f"Airflow's database could not be prepared; the reason is in {log}")
            with database, database.cursor() as cursor:
                cursor.execute("COMMENT ON DATABASE airflow IS %s", (installed,))
        finally:
            database.close()
