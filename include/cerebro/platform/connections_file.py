"""Reads the Airflow connections from the one file that defines them: airflow_settings.yaml, in the Astro CLI's form.

As a program it prints them as JSON for `airflow connections import`:

    python -m include.cerebro.platform.connections_file airflow_settings.yaml

The environment variable ``CEREBRO_<CONNECTION>_<FIELD>`` replaces a value if it is set and not empty, for example
``CEREBRO_WAREHOUSE_PASSWORD``; fields: HOST, PORT, LOGIN, PASSWORD.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from include.cerebro.platform.names import PROJECT_ROOT

SETTINGS_FILE = PROJECT_ROOT / "airflow_settings.yaml"
Connections = dict[str, dict[str, Any]]

_FIELDS = ("conn_type", "host", "port", "schema", "login", "password", "extra")


def read_connections(path: Path = SETTINGS_FILE) -> Connections:
    """Return the connections by id, with the field names of Airflow's JSON form; ``extra`` is a dict.

    Raises:
        OSError: there is no such file.
        KeyError, yaml.YAMLError: the file is not in the Astro CLI's form.
    """
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {entry["conn_id"]: _connection(entry) for entry in settings["airflow"]["connections"]}


def _connection(entry: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: entry.get(name if name == "conn_type" else f"conn_{name}") for name in _FIELDS}
    values["extra"] = json.loads(values["extra"] or "{}")
    return {name: value for name, value in values.items() if value not in (None, "", {})}


def with_overrides(connections: Connections, overrides: Connections) -> Connections:
    """Return the connections with some fields replaced, by id and field; of ``extra``, only the given keys.

    Raises:
        KeyError: an override names a connection that is not defined.
    """
    result = {name: dict(fields) for name, fields in connections.items()}
    for name, fields in overrides.items():
        extra = result[name].get("extra", {}) | fields.get("extra", {})
        result[name] |= fields | ({"extra": extra} if extra else {})
    return result


def overrides_from(environment: Mapping[str, str], connections: Connections) -> Connections:
    """Return the overrides that the variables ``CEREBRO_<CONNECTION>_<FIELD>`` of an environment define."""
    return {
        name: {
            field: int(value) if field == "port" else value
            for field in ("host", "port", "login", "password")
            if (value := environment.get(f"CEREBRO_{name}_{field}".upper()))
        }
        for name in connections
    }


def as_environment(connections: Connections) -> dict[str, str]:
    """Return the connections as Airflow's environment variables ``AIRFLOW_CONN_<ID>``."""
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(fields) for name, fields in connections.items()}


def main() -> None:
    """Print the connections of the file that the only argument names."""
    connections = read_connections(Path(sys.argv[1]))
    json.dump(with_overrides(connections, overrides_from(os.environ, connections)), sys.stdout)


if __name__ == "__main__":
    main()
