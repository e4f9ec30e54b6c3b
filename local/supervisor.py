"""supervisord, which keeps the stack's components running: started, asked and stopped."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any, cast
from xmlrpc.client import Error as RpcError
from xmlrpc.client import ServerProxy

import psutil
from supervisor.xmlrpc import SupervisorTransport

from local.components import AIRFLOW, COMPONENTS, SERVICES, base_environment
from local.processes import end, end_with_parent, find
from local.settings import REPOSITORY, StackError, State

# Seconds that the components need to stop at most: the longest patience of one, and 3 for its children.
PATIENCE = 11

# A path that is longer does not fit into a Unix socket's address.
_LONGEST_SOCKET_PATH = 100

_MAIN = """\
[supervisord]
nodaemon=true
directory={repository}
logfile={logs}/supervisord.log
logfile_maxbytes=5MB
logfile_backups=1
pidfile={folder}/supervisord.pid
childlogdir={logs}
umask=077

[unix_http_server]
file={socket}
chmod=0600

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
"""

_PROGRAM = """
[program:{name}]
command="{python}" -m local.guard {name}
directory={repository}
autostart=false
autorestart=true
startsecs=1
startretries=3
stopsignal=TERM
stopwaitsecs={patience}
killasgroup=true
redirect_stderr=true
stdout_logfile={logs}/{name}.log
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=1
"""


class Supervisor:
    """The supervisord of one state folder."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.socket = _socket_path(state)

    def _rpc(self) -> Any:
        transport = SupervisorTransport(None, None, f"unix://{self.socket}")
        return cast(Any, ServerProxy("http://127.0.0.1", transport=transport)).supervisor

    def is_up(self) -> bool:
        """Whether supervisord answers."""
        try:
            return bool(self._rpc().getState()["statename"] == "RUNNING")
        except (OSError, RpcError, HTTPException):
            return False

    def states(self) -> dict[str, str]:
        """Every component's state in supervisord's words (RUNNING, FATAL ...); empty when it is down."""
        try:
            return {process["name"]: process["statename"] for process in self._rpc().getAllProcessInfo()}
        except (OSError, RpcError, HTTPException):
            return {}

    def start(self, tied: bool) -> None:
        """
        Start supervisord, without any component yet.

        When `tied`, it ends with this process, however that ends; otherwise it stays until it is stopped.
        Raises StackError when it does not answer within ten seconds.
        """
        configuration = self.state.folder / "supervisord.conf"
        configuration.write_text(self._configuration())
        self.socket.unlink(missing_ok=True)
        output = self.state.logs / "supervisord.out"
        with output.open("w") as out:
            process = subprocess.Popen(
                [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)],
                cwd=REPOSITORY,
                env=base_environment(self.state),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for the command that was typed there
                preexec_fn=end_with_parent(signal.SIGTERM) if tied else None,
            )
        deadline = time.monotonic() + 10
        while not self.is_up():
            if process.poll() is not None or time.monotonic() > deadline:
                raise StackError(f"supervisord did not start:\n{output.read_text()}Its log: {output}")
            time.sleep(0.02)

    def start_component(self, name: str) -> None:
        """Start a component unless it runs already; whether it is ready is for others to see."""
        if self.states().get(name) not in ("RUNNING", "STARTING"):
            self._rpc().startProcess(name, False)

    def stop(self) -> None:
        """Stop all components and supervisord, then whatever else this stack has left; at any time."""
        main = self._process()
        # On its own supervisord stops one after the other. Airflow needs its database to end in order.
        for names in (AIRFLOW, SERVICES):
            self._stop_together(names)
        if main is not None:
            # With nothing left to do there is nothing to put in order; its own way out takes 2 s.
            with suppress(psutil.Error):
                main.kill()
                main.wait(5)
        end(find(str(self.state.folder)))
        self.socket.unlink(missing_ok=True)

    def _stop_together(self, names: tuple[str, ...]) -> None:
        for name in names:
            with suppress(OSError, RpcError, HTTPException):
                self._rpc().stopProcess(name, False)
        deadline = time.monotonic() + PATIENCE
        busy = {"RUNNING", "STARTING", "STOPPING", "BACKOFF"}
        while time.monotonic() < deadline:
            states = self.states()
            if not any(states.get(name) in busy for name in names):
                return
            time.sleep(0.1)

    def _process(self) -> psutil.Process | None:
        for process in find(str(self.state.folder)):
            with suppress(psutil.Error):
                if "supervisor.supervisord" in process.cmdline():
                    return process
        return None

    def _configuration(self) -> str:
        # supervisord reads "%" as the start of a variable.
        values = {
            "repository": str(REPOSITORY),
            "folder": str(self.state.folder),
            "logs": str(self.state.logs),
            "socket": str(self.socket),
            "python": sys.executable,
        }
        quoted = {name: value.replace("%", "%%") for name, value in values.items()}
        programs = [_PROGRAM.format(name=name, patience=PATIENCE, **quoted) for name in COMPONENTS]
        return _MAIN.format(**quoted) + "".join(programs)


def _socket_path(state: State) -> Path:
    path = state.folder / "supervisor.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET_PATH:
        return path
    digest = hashlib.sha256(os.fsencode(state.folder)).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / f"cerebro-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise StackError(f"{folder} belongs to another user. Remove it, or set TMPDIR to a folder of your own.")
    return folder / "supervisor.sock"
