"""Waiting for servers that say by nothing but their port that they are there."""

import socket
import time
from contextlib import closing, suppress

from local.state import HOST


def await_port(port: int, server: str) -> None:
    """Wait until a server, by its name, listens on a port of this machine."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with suppress(OSError), closing(socket.create_connection((HOST, port))):
            return
        time.sleep(0.1)
    raise AssertionError(f"{server} does not listen")
