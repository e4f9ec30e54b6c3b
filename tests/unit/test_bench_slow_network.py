"""The slow network of the benchmark: it delays, it limits, and all connections of a link share it."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.slow_network import Link, Network, links

DELAY_S, BYTES_PER_S = 0.1, 1_000_000


@pytest.fixture
def link() -> Iterator[Link]:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def echo(connection: socket.socket) -> None:
            with connection:
                while received := connection.recv(65536):
                    connection.sendall(received)

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=echo, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        made = Link("127.0.0.1", server.getsockname()[1], Network(DELAY_S, BYTES_PER_S))
        with links(made):
            yield made


def seconds_for(link: Link, size: int) -> float:
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", link.port)) as client:
        client.sendall(b"x" * size)
        received = 0
        while received < size:
            received += len(client.recv(65536))
    return time.monotonic() - started


def test_a_byte_takes_the_delay_each_way(link: Link) -> None:
    assert seconds_for(link, 1) >= 2 * DELAY_S


def test_connections_share_the_bandwidth(link: Link) -> None:
    started = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: seconds_for(link, 250_000), range(2)))
    assert time.monotonic() - started >= 0.5 + 2 * DELAY_S
    assert (link.up.sent_bytes, link.down.sent_bytes) == (500_000, 500_000)
