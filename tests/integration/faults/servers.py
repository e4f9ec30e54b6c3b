"""PostgreSQL and S3 for the fault tests alone, which kill and restart them."""

from __future__ import annotations

import signal
import subprocess
import time
from contextlib import suppress

from local import postgres
from local.components import SERVICES, component
from local.readiness import answers
from local.settings import StackSettings
from local.system import end_with_parent
from testing.services import superuser_uri

# Seconds. PostgreSQL recovers from a crash in 1-2, S3 starts in less than one.
READY_TIMEOUT = 60.0


class Servers:
    """PostgreSQL and S3 in one state folder."""

    def __init__(self, settings: StackSettings) -> None:
        self.settings = settings
        self.state = settings.state
        self.state.create()
        self.ports = self.state.choose_ports(settings.model_dump())
        postgres.prepare(self.state)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self) -> dict[str, str]:
        """Addresses and passwords, with the names of the fixture `services`."""
        return self.state.environment() | {"POSTGRES_SUPERUSER_URI": superuser_uri(self.state)}

    def start(self, name: str) -> None:
        """Start ``postgres`` or ``s3`` unless it runs, and wait until it answers."""
        running = self._running.get(name)
        if running is None or running.poll() is not None:
            program = component(name, self.settings)
            with (self.state.logs / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    program.command,
                    env=program.environment,
                    cwd="/",
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    preexec_fn=end_with_parent(program.stop_signal),
                )
        deadline = time.monotonic() + READY_TIMEOUT
        while not answers(name, self.environment()):
            if self._running[name].poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.state.logs / f"{name}.log").read_text()[-3000:])
            time.sleep(0.05)

    def crash_postgres(self) -> None:
        """Stop PostgreSQL like ``pg_ctl stop -m immediate``: without a checkpoint, so the next start recovers."""
        self._end("postgres", signal.SIGQUIT)

    def kill_s3(self) -> None:
        """Kill the S3 server."""
        self._end("s3", signal.SIGKILL)

    def stop(self) -> None:
        """Stop both servers in order."""
        for name in SERVICES:
            if name in self._running:
                self._end(name, signal.SIGINT if name == "postgres" else signal.SIGTERM)

    def _end(self, name: str, number: signal.Signals) -> None:
        process = self._running[name]
        with suppress(ProcessLookupError):
            process.send_signal(number)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
