"""airflow_settings.yaml defines the connections of the Astro CLI, Compose and the stack without Docker."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.cerebro.platform import names
from include.cerebro.platform.connections_file import SETTINGS_FILE, as_environment, read_connections, with_overrides
from local.components import connections as local_connections
from local.state import Ports, Secrets

REPOSITORY = Path(__file__).parents[2]
# The fields of a connection that the Astro CLI supports.
FIELDS = ("type", "host", "schema", "login", "password", "port", "extra")


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    """The services of both compose files, as they are written."""
    found: dict[str, Any] = {}
    for file in ("docker-compose.yml", "docker-compose.override.yml"):
        for name, service in yaml.safe_load((REPOSITORY / file).read_text())["services"].items():
            found[name] = found.get(name, {}) | service
    return found


def default(variable: str) -> str:
    """The default of ``${NAME:-default}``."""
    match = re.fullmatch(r"\$\{\w+:-(.*)\}", variable)
    assert match, variable
    return match.group(1)


def test_it_defines_the_connections_that_the_project_uses() -> None:
    assert {name: fields["conn_type"] for name, fields in read_connections().items()} == {
        names.MINIO_CONN_ID: "aws",
        names.SAMPLE_DATA_CONN_ID: "aws",
        names.WAREHOUSE_CONN_ID: "postgres",
    }


def test_the_astro_cli_can_take_it_as_it_is() -> None:
    """The CLI puts each value between single quotes in a command line, and drops what is nested in conn_extra."""
    for entry in yaml.safe_load(SETTINGS_FILE.read_text())["airflow"]["connections"]:
        assert set(entry) <= {"conn_id", *(f"conn_{field}" for field in FIELDS)}
        for value in entry.values():
            assert isinstance(value, str | int)
            assert "'" not in str(value)
            assert shlex.split(f"'{value}'") == [str(value)]


def test_make_up_takes_all_but_hosts_ports_and_keys_from_it() -> None:
    secrets = Secrets(**dict.fromkeys(Secrets.__dataclass_fields__, "secret"))
    local = {name: json.loads(value) for name, value in local_connections(secrets, Ports(1, 2, 3)).items()}

    def shared(connection: dict[str, Any]) -> dict[str, Any]:
        own = ("host", "port", "login", "password", "endpoint_url")
        extra = {name: value for name, value in connection.get("extra", {}).items() if name not in own}
        return {name: value for name, value in connection.items() if name not in own} | {"extra": extra}

    defined = read_connections()
    assert {f"AIRFLOW_CONN_{name.upper()}": shared(fields) for name, fields in defined.items()} == {
        name: shared(fields) for name, fields in local.items()
    }
    assert local["AIRFLOW_CONN_WAREHOUSE"]["login"] == defined["warehouse"]["login"]
    assert local["AIRFLOW_CONN_WAREHOUSE"]["port"] == 1
    assert local["AIRFLOW_CONN_MINIO"]["extra"]["endpoint_url"] == "http://127.0.0.1:2"


def test_compose_sets_up_the_users_and_passwords_that_it_names(services: dict[str, Any]) -> None:
    connections = read_connections()
    minio, warehouse = services["minio-setup"]["environment"], services["warehouse"]["environment"]
    assert default(minio["PIPELINE_PASSWORD"]) == connections["minio"]["password"]
    assert default(minio["SAMPLE_DATA_PASSWORD"]) == connections["minio_sample_data"]["password"]
    assert default(warehouse["CEREBRO_WAREHOUSE_PASSWORD"]) == connections["warehouse"]["password"]
    assert warehouse["POSTGRES_DB"] == connections["warehouse"]["schema"]

    script = (REPOSITORY / "deploy/minio/setup.sh").read_text()
    for name, variable in (("minio", "PIPELINE_PASSWORD"), ("minio_sample_data", "SAMPLE_DATA_PASSWORD")):
        login = connections[name]["login"]
        assert f'user {login} "${variable}"' in script
        assert (REPOSITORY / "deploy/minio" / f"{login}.json").exists()
    login = connections["warehouse"]["login"]
    assert f"create role {login} login" in (REPOSITORY / "deploy/warehouse/20_login.sql").read_text()


def test_it_names_the_services_and_their_ports_in_the_network(services: dict[str, Any]) -> None:
    connections = read_connections()
    for name in ("minio", "minio_sample_data"):
        host, port = connections[name]["extra"]["endpoint_url"].removeprefix("http://").split(":")
        assert services[host]["ports"][0].endswith(f":{port}")
    warehouse = connections["warehouse"]
    assert services[warehouse["host"]]["ports"][0].endswith(f":{warehouse['port']}")


def test_compose_hands_on_each_password_that_can_be_changed(services: dict[str, Any]) -> None:
    """A value of .env must reach both the user that is created and the connection that is imported."""
    handed_on = {name for name in services["db-migration"]["environment"] if name.startswith("CEREBRO_")}
    users = [*services["minio-setup"]["environment"].values(), *services["warehouse"]["environment"].values()]
    for name in read_connections():
        variable = f"CEREBRO_{name.upper()}_PASSWORD"
        assert variable in handed_on
        assert any(value.startswith(f"${{{variable}:-") for value in users if value)


def test_as_a_program_it_prints_what_airflow_imports() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "include.cerebro.platform.connections_file", str(SETTINGS_FILE)],
        cwd=REPOSITORY,
        env=os.environ | {"CEREBRO_WAREHOUSE_PASSWORD": "it's \"other\"", "CEREBRO_WAREHOUSE_PORT": "6432"}
        | {"CEREBRO_MINIO_PASSWORD": ""},
        capture_output=True,
        text=True,
        check=True,
    ).stdout  # fmt: skip
    connections = json.loads(printed)
    assert connections["warehouse"]["password"] == 'it\'s "other"'
    assert connections["warehouse"]["port"] == 6432
    assert connections["minio"] == read_connections()["minio"], "an empty variable changes nothing"


def test_overrides_keep_the_rest_of_extra_and_know_their_connections() -> None:
    connections = read_connections()
    changed = with_overrides(connections, {"minio": {"extra": {"endpoint_url": "http://other"}}})
    assert changed["minio"]["extra"] == connections["minio"]["extra"] | {"endpoint_url": "http://other"}
    assert connections["minio"]["extra"]["endpoint_url"] == "http://minio:9000", "the argument is not changed"
    with pytest.raises(KeyError):
        with_overrides(connections, {"no_such": {}})


def test_as_environment_airflow_understands_it() -> None:
    from airflow.sdk import Connection

    for name, value in as_environment(read_connections()).items():
        connection = Connection.from_json(value, conn_id=name)
        assert connection.login
        assert connection.password
