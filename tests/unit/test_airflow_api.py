"""The client of Airflow's API against a server that drops a connection."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from local.airflow_api import AirflowApi

ANSWER = json.dumps({"total_entries": 0}).encode()


@pytest.fixture
def api() -> Iterator[AirflowApi]:
    """A client whose first request has no answer."""
    requests = iter([False])

    class Handler(BaseHTTPRequestHandler):
        def handle_request(self) -> None:
            self.close_connection = True
            if next(requests, True):
                self.send_response(200)
                self.send_header("Content-Length", str(len(ANSWER)))
                self.end_headers()
                self.wfile.write(ANSWER)

        do_GET = do_POST = handle_request  # noqa: N815  (the server's names)

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever).start()
        url = f"http://127.0.0.1:{server.server_port}"
        yield AirflowApi({"AIRFLOW_API_URL": url, "AIRFLOW_USERNAME": "admin", "AIRFLOW_PASSWORD": "x"})
        server.shutdown()


def test_a_read_without_an_answer_is_repeated(api: AirflowApi) -> None:
    # `make run` ended at one of them, while its run went on.
    assert api.call("GET", "/dags/cerebro_restore/dagRuns") == {"total_entries": 0}


def test_a_write_is_sent_once(api: AirflowApi) -> None:
    # The server may have started the run before it failed.
    with pytest.raises(httpx.TransportError):
        api.call("POST", "/dags/cerebro_restore/dagRuns")
