"""A TCP proxy between the loader and a server. It cuts, holds or slows connections."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Literal

Fault = Literal["none", "cut", "hold"]
CHUNK_BYTES = 16 * 1024


class Proxy:
    """Forwards bytes until the server has answered with some on one connection; then the fault happens.

    Args:
        port: the server's port on 127.0.0.1.
        fault: "cut" ends the connection; "hold" forwards nothing more until ``release``, and sets ``held``.
        after_bytes: bytes of an answer that are forwarded before the fault.
        cuts: number of connections to cut; none means all.
        pause: seconds to wait before every chunk of an answer.
    """

    def __init__(
        self,
        port: int,
        fault: Fault = "none",
        after_bytes: int = 0,
        cuts: int | None = None,
        pause: float = 0,
    ) -> None:
        self.fault, self.after_bytes, self.cuts, self.pause = fault, after_bytes, cuts, pause
        self.cut_count = 0
        self.held = threading.Event()
        self.released = threading.Event()
        self._target = ("127.0.0.1", port)
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The address of the proxy, for S3."""
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """End all connections now, and refuse new ones."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connected in list(self._sockets):
            _break(connected)

    def release(self) -> None:
        """Forward bytes again."""
        self.released.set()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                try:
                    server = socket.create_connection(self._target, timeout=10)
                except OSError:
                    _break(client)
                    continue
                server.settimeout(None)
                self._sockets += [client, server]
                threading.Thread(target=self._forward, args=(client, server, False), daemon=True).start()
                threading.Thread(target=self._forward, args=(server, client, True), daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        forwarded = 0
        with suppress(OSError):
            while chunk := source.recv(CHUNK_BYTES):
                if is_answer and self.pause:
                    time.sleep(self.pause)
                if is_answer and self.fault != "none" and forwarded + len(chunk) > self.after_bytes:
                    target.sendall(chunk[: max(0, self.after_bytes - forwarded)])
                    if self.fault == "cut" and (self.cuts is None or self.cut_count < self.cuts):
                        self.cut_count += 1
                        break
                    if self.fault == "hold":
                        self.held.set()
                        self.released.wait(60)
                    target.sendall(chunk[max(0, self.after_bytes - forwarded) :])
                else:
                    target.sendall(chunk)
                forwarded += len(chunk)
        _break(source)
        _break(target)

    def __enter__(self) -> Proxy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.released.set()
        self.cut()


def _break(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
    connected.close()
