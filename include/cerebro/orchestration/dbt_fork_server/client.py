"""Stands for dbt in a task: ``python client.py SOCKET DBT [ARGUMENT ...]``. Without a server, it becomes dbt.

It starts in 0.02 s, because it imports nothing but what it needs of the standard library.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from types import FrameType

# As a shell ends whose command was ended by a signal.
SIGNALLED = 128


def run(address: str, command: list[str]) -> int:
    """Run dbt as a fork of the server and return its exit code. Passes SIGINT and SIGTERM on.

    Args:
        address: the server's socket.
        command: dbt's program and its arguments. Only the arguments count if there is a server.
    """
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(address)
    except OSError:
        os.execvp(command[0], command)

    def pass_on(number: int, _: FrameType | None) -> None:
        connection.sendall(bytes([number]))

    request = {"arguments": command[1:], "environment": {**os.environ}, "folder": str(Path.cwd())}
    content = json.dumps(request).encode()
    socket.send_fds(connection, [struct.pack("!Q", len(content))], [0, 1, 2])
    connection.sendall(content)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, pass_on)
    answer = connection.recv(4, socket.MSG_WAITALL)
    if not answer:
        sys.exit("The server of dbt's processes has ended before dbt")
    code: int = struct.unpack("!i", answer)[0]
    return code if code >= 0 else SIGNALLED - code


if __name__ == "__main__":
    sys.exit(run(sys.argv[1], sys.argv[2:]))
