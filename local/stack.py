"""Starts and stops the stack as a whole."""

import fcntl
import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version

from local import postgres
from local.components import AIRFLOW, COMPONENTS, SERVICES, airflow_environment, base_environment
from local.readiness import answers
from local.settings import StackSettings, executable
from local.state import StackError, write_private
from local.supervisor import Supervisor
from local.system import end_with_parent

# Seconds for a component to be ready; measured on two cores: PostgreSQL and S3 1 s, Airflow's API 9 s.
SERVICES_TIMEOUT = 60.0
AIRFLOW_TIMEOUT = 180.0


class Stack:
    """The stack of one state folder."""

    def __init__(self, settings: StackSettings, product: dict[str, str] | None = None) -> None:
        """Describe a stack; nothing starts. ``product``: more variables for the programs, such as settings."""
        self.settings = settings
        self.state = settings.state
        self._base = base_environment(settings) | (product or {})
        self.supervisor = Supervisor(self.state, self._base)

    def is_up(self, airflow: bool = True) -> bool:
        """Whether all components run; without Airflow, PostgreSQL and S3."""
        states = self.supervisor.states()
        wanted = COMPONENTS if airflow else SERVICES
        return all(states.get(name) == "RUNNING" for name in wanted) and self.state.env_file.exists()

    def require_warehouse(self) -> None:
        """Check that PostgreSQL and S3 run. Raises StackError: they do not."""
        if not self.is_up(airflow=False):
            raise StackError("The warehouse is not running. Start it: make up")

    def up(self, say: Callable[[str], None], airflow: bool = True, tied: bool = False) -> None:
        """Start the components that do not run yet, and wait until all of them are ready.

        Args:
            say: gets a line about whatever takes long.
            airflow: whether Airflow is started, too, or only PostgreSQL and S3.
            tied: whether the stack ends together with this process.

        Raises:
            StackError: a component does not get ready.
        """
        self.state.create()
        with self._alone():
            try:
                if not self.supervisor.states():
                    self.supervisor.stop()
                    self.state.choose_ports(self.settings.model_dump())
                    passwords = {"admin": self.state.secrets().airflow_password}
                    write_private(self.state.passwords_file, json.dumps(passwords))
                    postgres.prepare(self.state)
                    self.supervisor.start(tied)
                self._start("services", SERVICES, SERVICES_TIMEOUT)
                if airflow:
                    self._migrate(say)
                    self._start("airflow", AIRFLOW, AIRFLOW_TIMEOUT)
            except BaseException:
                self.supervisor.stop()
                raise
            values = self.state.environment()
            write_private(self.state.env_file, "".join(f"{name}={value}\n" for name, value in values.items()))

    def down(self) -> None:
        """Stop everything, in whatever state it is."""
        if not self.state.folder.exists():
            return
        with self._alone():
            self.supervisor.stop()
            self.state.env_file.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self.state.folder / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                where = f"Another command is starting or stopping this stack ({self.state.folder})."
                raise StackError(f"{where} Try again when it is done.") from error
            yield

    def _start(self, group: str, names: tuple[str, ...], timeout: float) -> None:
        self.supervisor.start_group(group)
        deadline = time.monotonic() + timeout
        for name in names:
            while True:
                state = self.supervisor.states().get(name)
                if state == "RUNNING" and answers(name, self.state.environment()):
                    break
                if state in ("FATAL", "STOPPED", None) or time.monotonic() > deadline:
                    log = self.state.logs / f"{name}.log"
                    lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
                    raise StackError(
                        f"{name} did not get ready (state: {state or 'supervisord is gone'}). The end of {log}:\n"
                        + "".join(f"  {line}\n" for line in lines)
                        + "If another program took its port, start again: make up"
                    )
                time.sleep(0.1)

    def _migrate(self, say: Callable[[str], None]) -> None:
        """Migrate Airflow's database to the installed version, unless a file says so: a check takes seconds."""
        stamp, installed = self.state.migrated_file, version("apache-airflow-core")
        if stamp.exists() and stamp.read_text() == installed:
            return
        say("Preparing Airflow's database ...")
        log = self.state.logs / "airflow-db-migrate.log"
        command = [str(executable("airflow")), "db", "migrate"]
        environment = self._base | airflow_environment(self.settings)
        bound = end_with_parent(signal.SIGTERM)
        with log.open("w") as out:
            done = subprocess.run(command, env=environment, stdout=out, stderr=out, preexec_fn=bound, check=False)
        if done.returncode != 0:
            raise StackError(f"Airflow's database could not be prepared; the reason is in {log}")
        stamp.write_text(installed)
