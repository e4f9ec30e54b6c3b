"""Imports dbt once, and forks for each of its commands: ``python server.py SOCKET``.

It imports nothing of ours or of Airflow's, which dbt's environment may not have. A command is a connection to the
socket, and has two forks: the process of dbt, and one that waits for it and answers with its exit code.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import struct
import sys
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

MODULES = ("dbt.cli.main", "dbt.adapters.postgres")

# Seconds between two looks whether the process that started this one is still there.
LOOK_AGAIN = 1.0


def serve(address: str) -> None:
    """Import dbt, then fork for each connection until the process that started this one has gone.

    Args:
        address: the socket's path, in a folder of its own, which is removed at the end.
    """
    parent = os.getppid()

    def end(*_: object) -> NoReturn:
        shutil.rmtree(Path(address).parent, ignore_errors=True)
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    for name in MODULES:
        importlib.import_module(name)
    # No fork collects what it shares with the others.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        while os.getppid() == parent:
            if select.select([listener], [], [], LOOK_AGAIN)[0]:
                connection, _ = listener.accept()
                if os.fork() == 0:
                    listener.close()
                    attend(connection)
                connection.close()
    end()


def attend(connection: socket.socket) -> NoReturn:
    """Run the command of one connection and answer with its exit code.

    Signals come as bytes. dbt does not outlive its client: without it, nobody would read what it says.
    """
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    head, descriptors, _, _ = socket.recv_fds(connection, 8, 3)
    (size,) = struct.unpack("!Q", head)
    request = json.loads(connection.recv(size, socket.MSG_WAITALL))
    process = os.fork()
    if process == 0:
        connection.close()
        become_dbt(request, descriptors)
    for descriptor in descriptors:
        os.close(descriptor)
    handle = os.pidfd_open(process)

    def pass_signals_on() -> None:
        while received := connection.recv(1):
            signal.pidfd_send_signal(handle, received[0])
        signal.pidfd_send_signal(handle, signal.SIGKILL)

    threading.Thread(target=pass_signals_on, daemon=True).start()
    _, status = os.waitpid(process, 0)
    connection.sendall(struct.pack("!i", os.waitstatus_to_exitcode(status)))
    os._exit(0)


def become_dbt(request: dict[str, Any], descriptors: list[int]) -> NoReturn:
    """Run dbt as if it had just been started.

    Args:
        request: ``arguments``, ``environment`` and ``folder``, the working directory.
        descriptors: input, output and errors.

    Raises:
        SystemExit: the end of dbt, with its exit code.
    """
    from dbt.cli.main import cli

    os.setsid()
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    sys.argv = ["dbt", *request["arguments"]]
    sys.exit(cli())


if __name__ == "__main__":
    serve(sys.argv[1])
