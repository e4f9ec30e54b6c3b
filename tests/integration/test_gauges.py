"""Our gauges arrive at a collector of OpenTelemetry and at StatsD, through Airflow's own switches."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from local.state import free_port
from tests.integration.helpers import Site
from tests.integration.packages import statsd, statsd_client
from tests.integration.ports import await_port
from tests.integration.samples import HEROES, one_reading

Gauges = dict[tuple[str, str], float]

# As Airflow's task runner does it. What was counted is sent when the process ends.
SCRIPT = """
import sys
from airflow.sdk.observability import stats
from airflow.sdk.observability.metrics import stats_utils
from include.cerebro.notifications.gauges import send_gauges
from testing.sites import warehouse_of
stats.initialize(factory=stats_utils.get_stats_factory(), export_legacy_names=False)
send_gauges(warehouse_of(sys.argv[1]), sys.argv[2])
"""


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gauges]:
    """The values that a collector got, by name and dataset."""
    found: Gauges = {}

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = ExportMetricsServiceRequest()
            request.ParseFromString(self.rfile.read(int(self.headers["Content-Length"])))
            for resource in request.resource_metrics:
                for metric in (metric for scope in resource.scope_metrics for metric in scope.metrics):
                    for point in metric.gauge.data_points:
                        tags = {each.key: each.value.string_value for each in point.attributes}
                        found[metric.name, tags.get("dataset", "")] = point.as_double or float(point.as_int)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AIRFLOW__METRICS__OTEL_ON", "True")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """StatsD's own daemon; yields the port on which it says what it has."""
    program, client = statsd(), statsd_client()
    node = shutil.which("node")
    if not node:
        pytest.skip("node is not installed (Debian: nodejs)")
    port, management = free_port(), free_port()
    config = {"port": port, "mgmt_port": management, "backends": ["./backends/console"], "flushInterval": 1_000_000}
    there = dict.fromkeys(("address", "mgmt_address"), "127.0.0.1")
    (tmp_path / "config.js").write_text(json.dumps(config | there))
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_ON", "True")
    monkeypatch.setenv("AIRFLOW__METRICS__STATSD_PORT", str(port))
    monkeypatch.setenv("PYTHONPATH", str(client), prepend=os.pathsep)
    with subprocess.Popen([node, program, tmp_path / "config.js"], stdout=subprocess.DEVNULL) as process:
        try:
            await_port(management, "StatsD")
            yield management
        finally:
            process.kill()


def gauges_of(management: int) -> dict[str, float]:
    """The gauges that the daemon has, by name."""
    with socket.create_connection(("127.0.0.1", management), timeout=10) as connection:
        connection.sendall(b"gauges\n")
        answer = b""
        while b"END" not in answer:
            answer += connection.recv(1 << 16)
    return {name: float(value) for name, value in re.findall(r"'([^']+)': ([-+.\de]+)", answer.decode())}


def send(site: Site, run_id: str) -> str:
    """Send the gauges of a run, in a process of its own like a task; return its output."""
    command = [sys.executable, "-c", SCRIPT, site.warehouse_uri, run_id]
    done = subprocess.run(command, env=os.environ, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr


def test_the_gauges_of_a_run_arrive(site: Site, collected: Gauges) -> None:
    site.put_all({"heroes.csv": HEROES, "biometrics/bad.parquet": b"bad", "biometrics/what.txt": b""})
    site.put("biometrics/a.parquet", one_reading())
    site.load()
    run_id = f"run {site.run_count}"
    site.rows(f"insert into meta.reconciliations values ('{run_id}', now(), 200, 190, 10, 0) returning 1")
    site.rows("update meta.listings set objects_waiting = 7, bytes_waiting = 700 returning 1")
    # An earlier transformation, which had nothing of the run yet.
    site.rows("insert into meta.transformations values (now() - interval '1 hour', 0, null, 'c') returning 1")
    send(site, run_id)
    ours = {key: value for key, value in collected.items() if key[0].startswith("airflow.cerebro.")}
    for dataset in ("heroes", "biometrics"):
        assert ours.pop(("airflow.cerebro.hours_since_load", dataset)) < 1
    assert 0 < ours.pop(("airflow.cerebro.answer_seconds", "")) < 150
    assert ours == {
        ("airflow.cerebro.objects_waiting", ""): 7,
        ("airflow.cerebro.bytes_waiting", ""): 700,
        ("airflow.cerebro.objects_unrecognised", ""): 1,
        ("airflow.cerebro.objects_untold", ""): 0,
        ("airflow.cerebro.objects_broken", ""): 1,
        ("airflow.cerebro.stale_hours", ""): 1,
        ("airflow.cerebro.readings", ""): 200,
        ("airflow.cerebro.rejected_share", ""): 0.05,
        ("airflow.cerebro.readings_missing", ""): 0,
    }


def test_the_gauges_of_a_run_arrive_at_statsd(site: Site, daemon: int) -> None:
    site.put("heroes.csv", HEROES)
    site.load()
    site.rows("update meta.listings set objects_waiting = 7 returning 1")
    send(site, f"run {site.run_count}")
    gauges = gauges_of(daemon)
    assert gauges["airflow.cerebro.objects_waiting"] == 7
    assert gauges["airflow.cerebro.objects_broken"] == 0


def test_a_warehouse_that_cannot_be_read_does_no_harm(site: Site, collected: Gauges) -> None:
    with site.superuser() as cursor:
        cursor.execute("revoke select on meta.listings from cerebro_transformer")
    assert "The gauges could not be sent" in send(site, "a run")
    assert not [name for name, _ in collected if name.startswith("airflow.cerebro.")]
