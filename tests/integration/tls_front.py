"""TLS in front of a PostgreSQL server: the one of the wheel is built without it."""

import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from local.state import HOST

# The codes by which libpq asks for encryption, before the first message.
SSL_REQUEST = 80_877_103
GSS_REQUEST = 80_877_104


@contextmanager
def tls_front(port: int, certificate: Path, key: Path, client_authority: Path | None = None) -> Iterator[int]:
    """
    Accept TLS alone, and pass all on to the server on `port`; yields the port of its own.

    With `client_authority`, clients need a certificate that it signed.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    if client_authority:
        context.load_verify_locations(client_authority)
        context.verify_mode = ssl.CERT_REQUIRED
    with socket.create_server((HOST, 0)) as listener:

        def accept() -> None:
            # Closing the listener ends it.
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    threading.Thread(target=_serve, args=(client, context, port), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def _serve(client: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with client, suppress(OSError):
        while (code := struct.unpack("!ii", client.recv(8, socket.MSG_WAITALL))[1]) == GSS_REQUEST:
            client.sendall(b"N")
        if code != SSL_REQUEST:
            return
        client.sendall(b"S")
        with context.wrap_socket(client, server_side=True) as tls, socket.create_connection((HOST, port)) as server:
            back = threading.Thread(target=_pump, args=(server, tls), daemon=True)
            back.start()
            _pump(tls, server)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
