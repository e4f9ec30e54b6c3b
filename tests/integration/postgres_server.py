"""A PostgreSQL server of a test's own: with other logins, as a standby, or of another version."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from local.postgres import as_server_user, binary
from local.state import HOST, free_port

SERVER_UID = 65534


@dataclass
class Server:
    """A server that runs; `socket` is the folder of its Unix socket, where the superuser needs no password."""

    folder: Path
    port: int
    socket: str

    def execute(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run one statement with all rights."""
        opened = psycopg2.connect(host=self.socket, port=self.port, user="postgres", dbname=database)
        with closing(opened) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []


@contextmanager
def postgres_server(hba: str, programs: Path | None = None, standby: bool = False) -> Iterator[Server]:
    """
    Run a new server until the context ends.

    Args:
        hba: lines of pg_hba.conf; the superuser gets in by the Unix socket in any case.
        programs: the folder of initdb and postgres, if not those of the local stack.
        standby: whether it only recovers, and never gets anything to recover.
    """
    programs = programs or binary("postgres").parent
    # A short path: that of a Unix socket has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="cerebro-pg-"))
    data, port = folder / "data", free_port()
    _own(folder)
    try:
        _run([programs / "initdb", f"--pgdata={data}", "--username=postgres", "--locale=C.UTF-8", "--encoding=UTF8"])
        (data / "pg_hba.conf").write_text(f"local all postgres trust\n{hba}")
        if standby:
            (data / "standby.signal").touch()
        settings = {"listen_addresses": HOST, "unix_socket_directories": str(folder), "port": str(port), "fsync": "off"}
        arguments = [f"--{name}={value}" for name, value in settings.items()]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [*as_server_user(), programs / "postgres", "-D", data, *arguments], stdout=log, stderr=log, cwd="/"
            )
        try:
            server = Server(folder, port, str(folder))
            _wait(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # at once: without it the server waits for its clients
            process.wait(30)
    finally:
        shutil.rmtree(folder)


def _own(path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(path, SERVER_UID, SERVER_UID)


def _run(command: list[str | Path]) -> None:
    done = subprocess.run([*as_server_user(), *command], capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            server.execute("select 1")
            return
        except psycopg2.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((server.folder / "log").read_text()) from None
            time.sleep(0.1)
