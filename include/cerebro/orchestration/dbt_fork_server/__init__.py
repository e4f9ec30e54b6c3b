"""Keeps dbt imported beside the scheduler: a task's dbt is a fork of that process, and starts without its imports.

``server.py`` is run by dbt's own Python, which may be another environment's. ``client.py`` stands for dbt in a task: it
hands over arguments, environment, working directory and output, and ends with dbt's exit code. Without a server, with
another executor for example, a task runs dbt itself, as does the client if the server has gone. Why:
docs/decisions/0077.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

log = logging.getLogger(__name__)

# The environment variable that names the server's socket to the tasks, which are forks of the scheduler.
VARIABLE = "CEREBRO_DBT_SOCKET"

SERVER = Path(__file__).with_name("server.py")
CLIENT = Path(__file__).with_name("client.py")


def start(dbt: str) -> subprocess.Popen[bytes] | None:
    """Start the server, once: it ends with this process. Until it has imported dbt, tasks run dbt themselves.

    Args:
        dbt: dbt's program, a path or a name on the PATH.

    Returns:
        The server's process; none if there is one, if no Python is beside dbt's program, or outside of Linux, where a
        process that has loaded the system's libraries may not fork.
    """
    if VARIABLE in os.environ:
        return None
    program = shutil.which(dbt)
    python = Path(program).resolve().with_name("python") if program else None
    if sys.platform != "linux" or python is None or not python.exists():
        log.info("Each dbt process imports dbt itself: no Python is beside %s, or this is not Linux", program or dbt)
        return None
    os.environ[VARIABLE] = tempfile.mkdtemp(prefix="cerebro-dbt-") + "/socket"
    # In a session of its own: it ends when this process has gone, not with a signal to all of its group.
    return subprocess.Popen(
        [python, "-P", SERVER, os.environ[VARIABLE]], stdin=subprocess.DEVNULL, start_new_session=True
    )


def command(dbt: Sequence[str]) -> list[str]:
    """Return the command that runs dbt with these arguments: as a fork of the server if there is one."""
    address = os.environ.get(VARIABLE)
    return [sys.executable, "-ISE", str(CLIENT), address, *dbt] if address else [*dbt]
