"""What the Airflow connection `warehouse` is turned into. tests/integration connects to real servers with it."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook

from include.cerebro.platform import connections
from include.cerebro.platform.names import DBT_ROOT
from include.cerebro.platform.settings import read_settings
from include.cerebro.transforming.profile import profile_config
from local.settings import REPOSITORY
from local.state import Ports

FIELDS = {"host": "db.example", "login": "cerebro", "password": "secret", "schema": "cerebro", "port": 5433}


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Any:
    def connect(extra: dict[str, Any] | None = None, **fields: Any) -> None:
        connection = {"conn_type": "postgres", **FIELDS, **fields, "extra": extra or {}}
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(connection))

    return connect


@pytest.mark.parametrize(
    ("extra", "fields"),
    [
        ({}, {}),
        ({"sslmode": "verify-full", "sslrootcert": "/ca.crt", "keepalives_idle": 200, "connect_timeout": "3"}, {}),
        ({"host": "other.example", "user": "other", "password": "other", "dbname": "other", "port": 1}, {}),
        ({"cursor": "dictcursor", "sqlalchemy_scheme": "postgresql+psycopg2", "sqlalchemy_query": {}}, {}),
        ({"target_session_attrs": "read-write"}, {"host": "a.example,b.example"}),
        ({"passfile": "/passwords"}, {"password": None}),
    ],
)
def test_the_connection_means_what_it_means_to_airflows_hook(
    connect: Any, monkeypatch: pytest.MonkeyPatch, extra: dict[str, Any], fields: dict[str, Any]
) -> None:
    connect(extra, **fields)
    theirs: dict[str, Any] = {}
    monkeypatch.setattr(PostgresHook, "_create_connection", lambda _, arguments: theirs.update(arguments))
    PostgresHook("warehouse").get_conn()
    ours: dict[str, Any] = {}

    def note(**arguments: Any) -> None:
        ours.update(arguments)
        raise psycopg2.OperationalError

    monkeypatch.setattr(psycopg2, "connect", note)
    with pytest.raises(psycopg2.OperationalError), connections.warehouse().connect():
        pass
    expected = {name: value or "" for name, value in theirs.items() if name not in ("cursor_factory", "row_factory")}
    assert {name: ours.get(name) for name in expected} == expected


def test_the_hook_keeps_no_other_part_of_the_extra_for_itself() -> None:
    assert PostgresHook.ignored_extra_options == connections._EXTRA_OF_THE_HOOK


def test_without_a_schema_the_database_is_cerebro_for_dbt_too(connect: Any) -> None:
    """dbt got no database at all."""
    connect(schema=None, port=None)
    assert (connections.warehouse().database, connections.warehouse().port) == ("cerebro", 5432)
    profile = profile_config(read_settings()).profile_mapping.profile
    assert (profile["dbname"], profile["port"]) == ("cerebro", 5432)


def test_the_first_run_of_the_local_stack_does_not_parse_again(connect: Any, tmp_path: Path) -> None:
    """dbt parses a project anew for another connection than the last time, 2.5 s before its first model."""
    connect(host="127.0.0.1", port=Ports().postgres)
    recipe = subprocess.run(
        ["make", "--dry-run", "--always-make", "setup"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    found = re.search(r"WAREHOUSE_PORT=\S+ \S+/dbt .*? --target prod", recipe.stdout.replace("\\\n", ""))
    assert found
    with profile_config(read_settings()).ensure_profile() as (profile, variables):
        environment = {**os.environ, **variables, "DBT_TARGET_PATH": str(tmp_path), "DBT_LOG_PATH": str(tmp_path)}

        def run(command: str) -> str:
            done = subprocess.run(
                command, shell=True, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=True
            )
            return done.stdout

        run(found[0])
        airflow = f"--profiles-dir {profile.parent} --profile cerebro --target prod"
        said = run(f".venv/bin/dbt parse --project-dir {DBT_ROOT} {airflow}")
    assert "partial parsing" not in said
    assert "Performance info" in said


def test_dbt_gets_the_extra_in_its_profile_and_its_environment(connect: Any) -> None:
    """dbt got sslmode, but not sslrootcert: it trusted another authority than the connection names."""
    tls = {"sslmode": "verify-full", "sslrootcert": "/ca.crt", "sslcert": "/client.crt", "sslkey": "/client.key"}
    others = {"options": "-c lock_timeout=7s", "passfile": "/passwords", "ssl_min_protocol_version": "TLSv1.3"}
    connect(tls | others | {"keepalives_idle": "200"})
    mapping = profile_config(read_settings()).profile_mapping
    assert mapping.profile.items() >= (tls | {"keepalives_idle": 200}).items()
    assert "secret" not in str(mapping.profile)
    assert mapping.env_vars == {
        "COSMOS_CONN_POSTGRES_PASSWORD": "secret",
        "PGOPTIONS": "-c lock_timeout=7s",
        "PGPASSFILE": "/passwords",
        "PGSSLMINPROTOCOLVERSION": "TLSv1.3",
    }


def test_dbts_sessions_have_the_settings_of_profiles_yml(connect: Any) -> None:
    connect()
    assert profile_config(read_settings()).profile_mapping.profile["role"] == (
        "{{ env_var('CEREBRO_ROLE_PREFIX', '') or 'cerebro' }}_transformer; set timezone to 'UTC'; "
        "set lock_timeout to '30s'; "
        "set idle_in_transaction_session_timeout to '5min'"
    )


def test_dbt_has_a_connection_of_its_own_if_there_is_one(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """dbt cannot work through a pooler in transaction mode: its role would hold for other clients."""
    connect(port=6432)
    mapping = profile_config(read_settings()).profile_mapping
    assert mapping.profile["port"] == 6432
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_DBT", json.dumps({"conn_type": "postgres", **FIELDS, "password": "x"}))
    assert mapping.profile["port"] == 5433
    assert mapping.env_vars == {"COSMOS_CONN_POSTGRES_PASSWORD": "x"}
    assert connections.warehouse().port == 6432


def test_an_iam_token_is_made_for_each_connection(connect: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "DEFAULT_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    connect({"iam": True})
    token = connections.warehouse().current_password()
    assert token.startswith("db.example:5433/?Action=connect&DBUser=cerebro")
    assert "X-Amz-Expires=900" in token
    # dbt finds the token in a file, which a password would override.
    assert profile_config(read_settings()).profile_mapping.env_vars["COSMOS_CONN_POSTGRES_PASSWORD"] == ""


@pytest.mark.parametrize(
    ("extra", "fields", "message"),
    [
        ({}, {"host": None}, "needs a host"),
        ({}, {"login": None}, "needs a host .* and a login"),
        ({"service": "warehouse"}, {}, "has service, which dbt cannot take"),
        ({"sslpassword": "x"}, {}, "has sslpassword, which dbt cannot take"),
        ({"port": "5432,5433"}, {"host": "a.example,b.example"}, "has port, which dbt cannot take"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(
    connect: Any, extra: dict[str, Any], fields: dict[str, Any], message: str
) -> None:
    connect(extra, **fields)
    with pytest.raises(connections.ConnectionIncompleteError, match=message):
        connections.warehouse()
