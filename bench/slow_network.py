"""A slow network in front of a server: a TCP proxy with a delay and a bandwidth, so that workers wait."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass

CHUNK_BYTES = 16 * 1024


@dataclass(frozen=True)
class Network:
    """What is between a client and a server.

    Attributes:
        delay_s: seconds from one end to the other, each way.
        bytes_per_s: bandwidth each way, shared by all connections of a link.
    """

    delay_s: float
    bytes_per_s: float


class Lane:
    """One direction of a link.

    Attributes:
        sent_bytes: bytes that have passed.
    """

    def __init__(self, network: Network) -> None:
        self.sent_bytes = 0
        self._network = network
        self._free_at = 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection's bytes until its end: each chunk waits for the bandwidth, and then for the delay."""
        clock = asyncio.get_running_loop().time
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def arrive() -> None:
            while True:
                due, arrived = await on_the_way.get()
                await asyncio.sleep(due - clock())
                if not arrived:
                    break
                writer.write(arrived)
                await writer.drain()
            writer.close()

        arrivals = asyncio.create_task(arrive())
        with contextlib.suppress(ConnectionError):
            while chunk := await reader.read(CHUNK_BYTES):
                self._free_at = max(clock(), self._free_at) + len(chunk) / self._network.bytes_per_s
                self.sent_bytes += len(chunk)
                on_the_way.put_nowait((self._free_at + self._network.delay_s, chunk))
                await asyncio.sleep(self._free_at - clock())
        on_the_way.put_nowait((clock() + self._network.delay_s, b""))
        with contextlib.suppress(ConnectionError):
            await arrivals


class Link:
    """A port of this machine that leads to a server through a network.

    Attributes:
        port: the port.
        up: the lane to the server.
        down: the lane from the server.
    """

    def __init__(self, host: str, port: int, network: Network) -> None:
        self.port = 0
        self.up, self.down = Lane(network), Lane(network)
        self._server = (host, port)

    async def open(self) -> None:
        """Listen."""
        listening = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = listening.sockets[0].getsockname()[1]

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection(*self._server)
        try:
            await asyncio.gather(self.up.carry(reader, server_writer), self.down.carry(server_reader, writer))
        finally:
            for end in (writer, server_writer):
                end.close()


async def _end_connections() -> None:
    """Cancel what still runs, so that nothing is left when the loop ends."""
    running = asyncio.all_tasks() - {asyncio.current_task()}
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@contextlib.contextmanager
def links(*closed: Link) -> Iterator[None]:
    """Open links, in a thread of their own, as long as the context is open."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="slow-network", daemon=True)
    thread.start()
    try:
        for link in closed:
            asyncio.run_coroutine_threadsafe(link.open(), loop).result()
        yield
    finally:
        asyncio.run_coroutine_threadsafe(_end_connections(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
