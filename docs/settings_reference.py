"""Writes docs/reference/settings.md from the settings' own definitions: ``make reference``."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from include.cerebro.platform.names import PROJECT_ROOT
from include.cerebro.platform.settings import PREFIX, Settings
from local.settings import StackSettings

PAGE = PROJECT_ROOT / "docs" / "reference" / "settings.md"

HEAD = """# Settings

Written by `make reference` from `include/cerebro/platform/settings.py` and `local/settings.py`; tests hold this page,
`.env.example` and `docker-compose.yml` to them. Every setting is an environment variable. A value that cannot be used
is refused by name when it is read.

## Pipeline

The processes that run tasks, DAG files and the page read these.
"""

LOCAL = """
## The stack without Docker

`make run`, `make up` and the other commands of `local/` read these, and pass the settings of the pipeline on.

"""

TAIL = """
## Connections and variables

Airflow's connections for local use are defined in `airflow_settings.yaml`. In Compose a variable
`CEREBRO_<CONNECTION>_<FIELD>` replaces one of their values, for example `CEREBRO_WAREHOUSE_PASSWORD`; fields: `HOST`
and `PORT` of `warehouse`, `LOGIN` and `PASSWORD` of each. `AIRFLOW_CONN_<CONNECTION>` replaces a whole connection
wherever Airflow runs, and `AIRFLOW_VAR_CEREBRO_BUCKET` names the bucket of the landing zone.

## Docker Compose

`.env.example` lists all that Compose reads: ports, passwords, keys, memory, images, and what it passes on to Airflow's
containers. That is every setting of the pipeline but the two that the image sets (`CEREBRO_DBT_MANIFEST` and
`CEREBRO_DBT_EXECUTABLE`), every connection, and what this documentation says about Airflow itself.
"""


def descriptions(settings: type[BaseSettings]) -> dict[str, str]:
    """Return the description of each setting: its own, or the string below it in the source."""
    found = {name: field.description for name, field in settings.model_fields.items() if field.description}
    source = ast.parse(inspect.getsource(settings))
    for statement, below in pairwise(ast.walk(source)):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = text
    return found


def default(field: FieldInfo) -> str:
    """Return a setting's default as it would be written in the environment; empty if it depends on the machine."""
    if field.default_factory is not None or field.default is None:
        return ""
    value: Any = field.default
    if isinstance(value, dict):
        return ",".join(f"{key}={number:g}" for key, number in value.items())
    if isinstance(value, Path):
        return value.relative_to(PROJECT_ROOT).as_posix()
    return f"{value:g}" if isinstance(value, float) else str(value)


def entries(settings: type[BaseSettings]) -> str:
    """Return a section for each setting: its variable, its default, its description."""
    sections = []
    described = descriptions(settings)
    for name, field in settings.model_fields.items():
        shown = f"Default: `{default(field)}`. " if default(field) else ""
        description = " ".join(described[name].split()).replace("``", "`")
        sections.append(f"### `{PREFIX}{name.upper()}`\n\n{shown}{description}\n")
    return "\n".join(sections)


def page() -> str:
    """Return the whole page."""
    return f"{HEAD}\n{entries(Settings)}{LOCAL}{entries(StackSettings)}{TAIL}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
