"""Where the stack keeps its state, on which ports it listens and with which secrets."""

import json
import os
import secrets
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
BUCKETS = ("cerebro-data", "cerebro-quarantine", "cerebro-reports")
DEFAULT_PORTS = {"postgres": 5433, "s3": 9000, "airflow": 8080}
HOST = "127.0.0.1"


class StackError(Exception):
    """Something the user can mend; the message says what and how."""


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, all of it or nothing."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.unlink(missing_ok=True)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)


def read_state(path: Path) -> dict[str, object]:
    """Read a JSON file of the state folder; an empty one if it is not there."""
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise StackError(f"{path} is damaged ({error}). Remove it: rm {path}") from error
    if not isinstance(content, dict):
        raise StackError(f"{path} is damaged. Remove it: rm {path}")
    return content


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1 now."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are only waiting to time out counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Ports:
    """The ports of 127.0.0.1 that the stack listens on."""

    postgres: int
    s3: int
    airflow: int


@dataclass(frozen=True)
class Secrets:
    """Passwords and keys, made at random at the first start."""

    postgres_password: str
    cerebro_password: str
    airflow_database_password: str
    s3_access_key_id: str
    s3_secret_access_key: str
    airflow_password: str
    airflow_jwt_secret: str
    airflow_api_secret: str
    airflow_fernet_key: str


@dataclass(frozen=True)
class State:
    """The folder with all that the stack writes."""

    folder: Path

    @classmethod
    def from_environment(cls) -> "State":
        """$CEREBRO_STATE_DIR, else .local in the repository."""
        chosen = os.environ.get("CEREBRO_STATE_DIR")
        return cls((Path(chosen) if chosen else REPOSITORY / ".local").resolve())

    @property
    def logs(self) -> Path:
        """One log for each component."""
        return self.folder / "logs"

    @property
    def env_file(self) -> Path:
        """Addresses and passwords in dotenv form, there while the stack is up."""
        return self.folder / "env"

    @property
    def buckets(self) -> Path:
        """The S3 server's folder: one subfolder a bucket."""
        return self.folder / "s3"

    @property
    def postgres_data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.folder / "postgres" / "data"

    @property
    def airflow_home(self) -> Path:
        """Airflow's own files: the logs of the tasks among them."""
        return self.folder / "airflow"

    @property
    def passwords_file(self) -> Path:
        """The file that Airflow's SimpleAuthManager reads its users' passwords from."""
        return self.airflow_home / "passwords.json"

    def create(self) -> None:
        """Make the folders."""
        try:
            for folder in (
                self.folder,
                self.logs,
                self.buckets,
                self.airflow_home,
                self.postgres_data.parent,
            ):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for bucket in BUCKETS:
                (self.buckets / bucket).mkdir(exist_ok=True)
        except PermissionError as error:
            raise StackError(
                f"{error.filename} cannot be written: it was probably made by another user. "
                "Remove it as that user (make clean), or set CEREBRO_STATE_DIR to a folder of your own."
            ) from error

    def secrets(self) -> Secrets:
        """The secrets of this stack; those that do not exist yet are made."""
        path = self.folder / "secrets.json"
        known = read_state(path)
        made = {name: str(known.get(name) or _new_secret(name)) for name in Secrets.__dataclass_fields__}
        if made != known:
            write_private(path, json.dumps(made, indent=2))
        return Secrets(**made)

    def ports(self) -> Ports:
        """The ports chosen by the last start."""
        known = read_state(self.folder / "ports.json")
        if not known:
            raise StackError("The stack was never started here. Start it: make up")
        return Ports(**{name: int(str(port)) for name, port in known.items()})

    def choose_ports(self) -> Ports:
        """
        Choose ports for a stack that is about to start, and remember them.

        CEREBRO_POSTGRES_PORT, CEREBRO_S3_PORT and CEREBRO_AIRFLOW_PORT decide; else the port of the last
        start, else the usual one, else any free one.
        """
        path = self.folder / "ports.json"
        remembered = read_state(path)
        chosen: dict[str, int] = {}
        for name, default in DEFAULT_PORTS.items():
            variable = f"CEREBRO_{name.upper()}_PORT"
            wanted = os.environ.get(variable)
            if wanted:
                if not wanted.isdigit() or not 0 < int(wanted) < 65536:
                    raise StackError(f"{variable}={wanted} is not a port. Give a number from 1 to 65535.")
                if not port_is_free(int(wanted)):
                    raise StackError(
                        f"Port {wanted} ({variable}) is taken by another program. Choose another, or unset {variable}."
                    )
                chosen[name] = int(wanted)
                continue
            candidates = [int(str(remembered[name]))] if name in remembered else []
            free = [port for port in [*candidates, default] if port not in chosen.values() and port_is_free(port)]
            chosen[name] = free[0] if free else free_port()
        if len(set(chosen.values())) < len(chosen):
            raise StackError(f"Two services cannot share a port: {chosen}. Check CEREBRO_*_PORT.")
        if chosen != remembered:
            write_private(path, json.dumps(chosen, indent=2))
        return Ports(**chosen)


def _new_secret(name: str) -> str:
    if name == "airflow_fernet_key":
        # 32 random bytes in URL-safe base 64, as Fernet wants them.
        return secrets.token_urlsafe(32) + "="
    # Letters and digits only, so that they need no quoting in an address.
    return secrets.token_hex(10 if name == "s3_access_key_id" else 20)


def executable(name: str) -> Path:
    """A program of the environment this Python belongs to."""
    path = Path(sys.prefix) / "bin" / name
    if not path.exists():
        raise StackError(f"{path} is missing. Install it: make setup")
    return path
