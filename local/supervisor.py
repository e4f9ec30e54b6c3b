"""Starts, queries and stops supervisord, which keeps the stack's components running."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from configparser import ConfigParser
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Error as RpcError

import psutil
from supervisor.childutils import getRPCInterface

from local.components import AIRFLOW, COMPONENTS, SERVICES
from local.processes import end, find
from local.settings import REPOSITORY
from local.state import StackError, State
from local.system import end_with_parent

# Seconds that a component needs to stop at most: the longest grace period of one, and 3 for its children.
STOP_TIMEOUT = 11

_RPC_FACTORY = "supervisor.rpcinterface:make_main_rpcinterface"
_UNREACHABLE = (OSError, RpcError, HTTPException)


class Supervisor:
    """The supervisord of one state folder."""

    def __init__(self, state: State, environment: dict[str, str]) -> None:
        """Describe a supervisord of a state folder, and the environment of all components; nothing starts."""
        self.state = state
        self._environment = environment
        self.socket = _socket_path(state)

    def _rpc(self) -> Any:
        return getRPCInterface({"SUPERVISOR_SERVER_URL": f"unix://{self.socket}"}).supervisor

    def states(self) -> dict[str, str]:
        """Return every component's state in supervisord's words (RUNNING, FATAL ...); empty when it is down."""
        try:
            return {process["name"]: process["statename"] for process in self._rpc().getAllProcessInfo()}
        except _UNREACHABLE:
            return {}

    def start(self, tied: bool) -> None:
        """Start supervisord without any component; if ``tied``, it ends with this process, however that ends.

        Raises StackError: it does not answer within ten seconds.
        """
        configuration = self.state.folder / "supervisord.conf"
        self._write_configuration(configuration)
        self.socket.unlink(missing_ok=True)
        output = self.state.logs / "supervisord.out"
        with output.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-c", configuration],
                cwd=self.state.folder,
                env=self._environment | {"PYTHONPATH": str(REPOSITORY)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # Ctrl-C in the terminal is for the command that was typed there
                preexec_fn=end_with_parent(signal.SIGTERM) if tied else None,
            )
        deadline = time.monotonic() + 10
        while not self.states():
            if process.poll() is not None or time.monotonic() > deadline:
                raise StackError(f"supervisord did not start:\n{output.read_text()}Its log: {output}")
            time.sleep(0.02)

    def start_group(self, name: str) -> None:
        """Start the components of the group `services` or `airflow` that do not run."""
        self._rpc().startProcessGroup(name, False)

    def stop(self) -> None:
        """Stop all components and supervisord, then end all other processes of this stack. Safe at any time."""
        with suppress(*_UNREACHABLE, psutil.Error):
            main = psutil.Process(self._rpc().getPID())
            guards = main.children()
            self._rpc().shutdown()
            deadline = time.monotonic() + 2 * STOP_TIMEOUT
            while guards and time.monotonic() < deadline:
                # Each request makes supervisord reap its processes at once, instead of within a second.
                self.states()
                _, guards = psutil.wait_procs(guards, timeout=0.1)
            # No component is left, so a kill is safe. Its orderly end takes 2 s.
            main.kill()
            main.wait(5)
        end(find(str(self.state.folder)))
        self.socket.unlink(missing_ok=True)

    def _write_configuration(self, path: Path) -> None:
        # supervisord reads "%" as the start of a variable. Other paths are relative to the state folder.
        socket, python = (str(path).replace("%", "%%") for path in (self.socket, sys.executable))
        program = {
            "command": f'"{python}" -m local.guard %(program_name)s',
            "autostart": "false",
            "autorestart": "true",
            "stopwaitsecs": str(STOP_TIMEOUT),
            "redirect_stderr": "true",
            "stdout_logfile": "logs/%(program_name)s.log",
            "stdout_logfile_maxbytes": "10MB",
        }
        configuration = ConfigParser(interpolation=None)
        configuration["supervisord"] = {"nodaemon": "true", "umask": "077", "logfile": "logs/supervisord.log"}
        configuration["unix_http_server"] = {"file": socket}
        configuration["rpcinterface:supervisor"] = {"supervisor.rpcinterface_factory": _RPC_FACTORY}
        # A group starts as a whole. The one with the highest priority stops first: Airflow needs its database to end.
        configuration["group:services"] = {"programs": ",".join(SERVICES), "priority": "1"}
        configuration["group:airflow"] = {"programs": ",".join(AIRFLOW), "priority": "2"}
        configuration.read_dict({f"program:{name}": program for name in COMPONENTS})
        with path.open("w") as file:
            configuration.write(file)


def _socket_path(state: State) -> Path:
    path = state.folder / "supervisor.sock"
    # A longer path does not fit into a Unix socket's address.
    if len(os.fsencode(path)) <= 100:
        return path
    digest = hashlib.sha256(os.fsencode(state.folder)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"cerebro-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise StackError(f"{folder} belongs to another user. Remove it, or set TMPDIR to a folder of your own.")
    return folder / "supervisor.sock"
