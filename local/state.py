"""The state folder: the files of a stack, its ports, its secrets."""

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

BUCKETS = ("cerebro-data", "cerebro-quarantine", "cerebro-reports")
HOST = "127.0.0.1"

Kind = TypeVar("Kind")


class StackError(Exception):
    """Something that the user can correct; the message says what and how."""


@dataclass(frozen=True)
class Ports:
    """The ports of 127.0.0.1 that the stack listens on; the defaults are the usual ones."""

    postgres: int = 5433
    s3: int = 9000
    airflow: int = 8080


# Letters and digits only: they need no quoting in an address.
_password = partial(secrets.token_hex, 20)


@dataclass(frozen=True)
class Secrets:
    """Passwords and keys, random unless they are given."""

    postgres_password: str = field(default_factory=_password)
    cerebro_password: str = field(default_factory=_password)
    airflow_database_password: str = field(default_factory=_password)
    s3_access_key_id: str = field(default_factory=partial(secrets.token_hex, 10))
    s3_secret_access_key: str = field(default_factory=_password)
    airflow_password: str = field(default_factory=_password)
    airflow_jwt_secret: str = field(default_factory=_password)
    airflow_api_secret: str = field(default_factory=_password)
    # Fernet takes 32 random bytes in URL-safe base 64.
    airflow_fernet_key: str = field(default_factory=lambda: secrets.token_urlsafe(32) + "=")


class State:
    """The folder with all that the stack writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # One log for each component.
        self.logs = folder / "logs"
        # Addresses and passwords in dotenv form, there while the stack is up.
        self.env_file = folder / "env"
        # The S3 server's folder: one subfolder a bucket.
        self.buckets = folder / "s3"
        self.postgres_data = folder / "postgres" / "data"
        # The version of Airflow that the database was migrated to; it is removed together with the data.
        self.migrated_file = self.postgres_data / "airflow-version"
        # Airflow's own files, with the logs of the tasks.
        self.airflow_home = folder / "airflow"
        # Its SimpleAuthManager reads its users' passwords from there.
        self.passwords_file = self.airflow_home / "passwords.json"
        self._ports_file = folder / "ports.json"
        self._secrets_file = folder / "secrets.json"

    def create(self) -> None:
        """Create the folders. Raises StackError: another user owns them."""
        try:
            for folder in (self.folder, self.logs, self.buckets, self.airflow_home, self.postgres_data.parent):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for bucket in BUCKETS:
                (self.buckets / bucket).mkdir(exist_ok=True)
        except PermissionError as error:
            raise StackError(
                f"{error.filename} cannot be written: it was probably made by another user. "
                "Remove it as that user (make clean), or set CEREBRO_STATE_DIR to a folder of your own."
            ) from error

    def secrets(self) -> Secrets:
        """Return the secrets of this stack; generate those that do not exist yet."""
        secrets = _read(self._secrets_file, Secrets)
        write_private(self._secrets_file, json.dumps(asdict(secrets), indent=2))
        return secrets

    def ports(self) -> Ports:
        """Return the ports that the last start chose. Raises StackError: the stack was never started."""
        if self._ports_file.exists():
            return _read(self._ports_file, Ports)
        raise StackError("The stack was never started here. Start it: make up")

    def environment(self) -> dict[str, str]:
        """Return the contents of .local/env: addresses and credentials for users of the running stack."""
        secrets, ports = self.secrets(), self.ports()
        return {
            "S3_ENDPOINT_URL": f"http://{HOST}:{ports.s3}",
            "AWS_ACCESS_KEY_ID": secrets.s3_access_key_id,
            "AWS_SECRET_ACCESS_KEY": secrets.s3_secret_access_key,
            "WAREHOUSE_URI": f"postgresql://cerebro:{secrets.cerebro_password}@{HOST}:{ports.postgres}/cerebro",
            "AIRFLOW_API_URL": f"http://{HOST}:{ports.airflow}",
            "AIRFLOW_USERNAME": "admin",
            "AIRFLOW_PASSWORD": secrets.airflow_password,
        }

    def choose_ports(self, settings: Mapping[str, Any]) -> Ports:
        """Choose the ports of a stack that is about to start, and remember them.

        A service gets the port of the settings, else that of the last start, else the usual one, else any free one.
        Raises StackError: a port of the settings is taken.
        """
        remembered, usual = asdict(_read(self._ports_file, Ports)), asdict(Ports())
        chosen: dict[str, int] = {}

        def is_free(port: int) -> bool:
            return port not in chosen.values() and port_is_free(port)

        for service in usual:
            port = settings[f"{service}_port"]
            if port and not is_free(port):
                variable = f"CEREBRO_{service.upper()}_PORT"
                raise StackError(f"Port {port} ({variable}) is taken. Choose another, or unset {variable}.")
            chosen[service] = port or next(filter(is_free, (remembered[service], usual[service])), None) or free_port()
        write_private(self._ports_file, json.dumps(chosen, indent=2))
        return Ports(**chosen)


def write_private(path: Path, text: str) -> None:
    """Write a file atomically that only its owner can read, unless it has this text already."""
    if path.exists() and path.read_text() == text:
        return
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    temporary.touch(0o600, exist_ok=False)
    temporary.write_text(text)
    temporary.replace(path)


def _read(path: Path, kind: type[Kind]) -> Kind:
    """Return the contents of the file; the kind's defaults if it is missing."""
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except FileNotFoundError:
        return kind()
    except ValidationError as error:
        raise StackError(f"{path} is damaged ({error}). Remove it: rm {path}") from error


def port_is_free(port: int) -> bool:
    """Return whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections only wait to time out counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a port on which no process listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
