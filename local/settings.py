"""The settings of the local stack, and the paths that every module of it uses."""

import os
import re
import sys
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from local.state import StackError, State

REPOSITORY = Path(__file__).resolve().parent.parent

# Variables of the user that would change the programs, and proxies (socks5://) with which httpx and DuckDB fail.
_PREFIXES = "|".join((REPOSITORY / "local" / "foreign_variables.txt").read_text().split())
_FOREIGN = re.compile(rf"{_PREFIXES}|\w+_PROXY=(?!https?:)\w+://", re.IGNORECASE)


def _url_or_folder(target: str) -> str:
    return target if target.startswith(("http://", "https://")) else str(Path(target).resolve())


Port = Annotated[int, Field(ge=1, le=65535)]
Folder = Annotated[Path, AfterValidator(Path.resolve)]


def _port(service: str, usual: int) -> Any:
    wording = f"Port of {service}. Default: that of the last start, else {usual}, else any free one."
    return Field(default=None, description=wording)


class StackSettings(BaseSettings):
    """The settings of the local stack: environment variables with the prefix CEREBRO_, read once by `read`."""

    model_config = SettingsConfigDict(env_prefix="CEREBRO_", env_ignore_empty=True, frozen=True)

    state_dir: Folder = Field(
        default=REPOSITORY / ".local",
        description="Folder for all that the local stack writes: databases, buckets, secrets, logs.",
    )
    postgres_port: Port | None = _port("PostgreSQL", 5433)
    s3_port: Port | None = _port("the S3 server", 9000)
    airflow_port: Port | None = _port("Airflow", 8080)
    dags_folder: Folder = Field(default=REPOSITORY / "dags", description="Folder of the DAG files.")
    openlineage: Annotated[str, AfterValidator(_url_or_folder)] | None = Field(
        default=None,
        description="Target of lineage events: the address of Marquez or DataHub, or a folder for a file an event.",
    )

    @classmethod
    def read(cls) -> "StackSettings":
        """Read the environment. Raises StackError: values are invalid; the message names each variable."""
        try:
            return cls()
        except ValidationError as error:
            problems = [f"CEREBRO_{str(it['loc'][0]).upper()}={it['input']}: {it['msg']}" for it in error.errors()]
            raise StackError("\n".join(problems)) from error

    @property
    def state(self) -> State:
        """The state folder."""
        return State(self.state_dir)

    def environment(self) -> dict[str, str]:
        """The environment variables from which another process reads the same settings."""
        chosen = self.model_dump(mode="json", exclude_none=True)
        return {f"CEREBRO_{name.upper()}": str(value) for name, value in chosen.items()}


def own_environment() -> dict[str, str]:
    """Return the environment without the variables of the user that would change the programs."""
    return {name: value for name, value in os.environ.items() if not _FOREIGN.match(f"{name}={value}")}


def executable(name: str) -> Path:
    """Return the path of a program in the environment of this Python. Raises StackError: it is not installed."""
    path = Path(sys.prefix) / "bin" / name
    if not path.exists():
        raise StackError(f"{path} is missing. Install it: make setup")
    return path
