"""An HTTP server that receives alerts, as Slack does."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

# With this part of the address anyone can write to the channel, so no log may show it.
SECRET = "T0SECRET/B0SECRET/nobodymayreadthis"


@contextmanager
def receiver() -> Iterator[tuple[str, list[str]]]:
    """Run the server; yield its address, and the texts that were posted to it."""
    texts: list[str] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            texts.append(body["text"] if self.path == f"/services/{SECRET}" else f"posted to {self.path}")
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/services/{SECRET}", texts
    finally:
        server.shutdown()
        server.server_close()
