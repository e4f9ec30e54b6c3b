"""The warehouse by whatever Airflow's connection says: in the loader, the page, the alerts and dbt alike."""

import json
import os
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from include.cerebro.loading.records import RecordLoader
from include.cerebro.loading.site import LoadSite
from include.cerebro.notifications import callbacks
from include.cerebro.page.reader import UnreadableWarehouseError, open_reader
from include.cerebro.platform import connections
from include.cerebro.platform.names import DBT_ROOT
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.password_file import password_file
from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.transforming import profile
from include.cerebro.transforming.profile import profile_config
from include.cerebro.zones.landing_zones import LandingZone
from local.settings import executable
from tests.integration.postgres_server import Server, postgres_server
from tests.integration.tls_front import tls_front

# `cerebro` needs a password. `trusted` needs none: the server asks for nothing, or the TLS front for a certificate.
HBA = """
local all trusted               trust
host  all trusted 127.0.0.1/32 trust
host  all all     127.0.0.1/32 scram-sha-256
"""
PASSWORD = "a-password-nobody-sees"


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def make_authority(folder: Path, name: str) -> None:
    """<name>.crt and <name>.key: a certificate that can sign others."""
    made = ("-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    openssl("req", *made, "-subj", f"/CN={name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.crt")


def make_certificate(folder: Path, name: str, subject: str, alternative: str) -> None:
    """<name>.crt and <name>.key, signed by `ca`."""
    request = folder / f"{name}.csr"
    made = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", f"/CN={subject}")
    openssl("req", *made, "-keyout", folder / f"{name}.key", "-out", request)
    (folder / f"{name}.ext").write_text(f"subjectAltName={alternative}")
    signed = ("-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial", "-days", "2")
    openssl("x509", "-req", "-in", request, *signed, "-extfile", folder / f"{name}.ext", "-out", folder / f"{name}.crt")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificates")
    make_authority(folder, "ca")
    make_authority(folder, "other")
    make_certificate(folder, "server", "warehouse", "IP:127.0.0.1")
    make_certificate(folder, "client", "certified", "DNS:client")
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with postgres_server(HBA) as running:
        running.execute(f"create role cerebro login createrole password '{PASSWORD}'")
        running.execute("create database cerebro owner cerebro")
        running.execute("create role trusted login in role cerebro")
        yield running


@pytest.fixture(scope="module")
def tls_port(server: Server, certificates: Path) -> Iterator[int]:
    with tls_front(server.port, certificates / "server.crt", certificates / "server.key") as port:
        yield port


@pytest.fixture(scope="module")
def certified_port(server: Server, certificates: Path) -> Iterator[int]:
    files = (certificates / name for name in ("server.crt", "server.key", "ca.crt"))
    with tls_front(server.port, *files) as port:
        yield port


@pytest.fixture
def connect(tls_port: int, certificates: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the Airflow connection: fields, and the extra with the names of files in full."""

    def connect(extra: dict[str, Any] | None = None, **fields: Any) -> None:
        files = {
            name: str(certificates / value) if name in ("sslrootcert", "sslcert", "sslkey") else value
            for name, value in (extra or {}).items()
        }
        fields = {"host": "127.0.0.1", "port": tls_port, "login": "cerebro", "password": PASSWORD} | fields
        connection = {"conn_type": "postgres", **fields, "extra": files}
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(connection))

    return connect


@pytest.fixture
def prepared(connect: Any) -> None:
    connect({"sslmode": "require"})
    prepare_warehouse(connections.warehouse())


def dbt_debug(scratch: Path) -> str:
    """What `dbt debug` says with the profile that Cosmos writes for dbt's tasks."""
    with profile_config(read_settings()).ensure_profile() as (profile, variables):
        return run_dbt_debug(scratch, profile.parent, variables)


def run_dbt_debug(scratch: Path, profiles: Path, variables: dict[str, str]) -> str:
    own = {"DBT_TARGET_PATH": str(scratch / "target"), "DBT_LOG_PATH": str(scratch / "logs"), "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [str(executable("dbt")), "debug", "--connection", "--profile", "cerebro", "--target", "prod",
         "--project-dir", str(DBT_ROOT), "--profiles-dir", str(profiles)],
        env=os.environ | variables | own,
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def heroes_loader(warehouse: Warehouse) -> RecordLoader:
    zone = LandingZone(name="cerebro", bucket="bucket")
    return RecordLoader(
        "heroes", LoadSite(zone, ObjectStore("http://127.0.0.1:1", "a", "b"), warehouse, read_settings())
    )


def everyone_connects(scratch: Path) -> None:
    warehouse = connections.warehouse()
    heroes_loader(warehouse).load([])
    with open_reader(warehouse) as reader:
        assert reader.query("select current_user as role, current_database() as database") == [
            {"role": "cerebro_analyst", "database": "cerebro"}
        ]
    assert callbacks.broken_objects("a run") == []
    assert "All checks passed" in dbt_debug(scratch)


@pytest.mark.usefixtures("prepared")
def test_the_right_authority_is_accepted_everywhere(connect: Any, tmp_path: Path) -> None:
    connect({"sslmode": "verify-full", "sslrootcert": "ca.crt"})
    everyone_connects(tmp_path)


@pytest.mark.usefixtures("prepared")
def test_a_wrong_authority_is_refused_everywhere(connect: Any, tmp_path: Path) -> None:
    """The extra was ignored: with sslmode verify-full and a wrong authority the loader, the page and dbt connected."""
    connect({"sslmode": "verify-full", "sslrootcert": "other.crt"})
    warehouse = connections.warehouse()
    loader = heroes_loader(warehouse)
    with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
        loader.load([])
    with pytest.raises(UnreadableWarehouseError, match="does not answer"), open_reader(warehouse):
        pass
    with pytest.raises(psycopg2.OperationalError, match="certificate verify failed"):
        callbacks.broken_objects("a run")
    assert "certificate verify failed" in dbt_debug(tmp_path)


@pytest.mark.usefixtures("prepared")
def test_a_certificate_logs_in_without_a_password(connect: Any, certified_port: int, tmp_path: Path) -> None:
    """Logins without a password were refused before the server was asked."""
    extra = {"sslmode": "verify-full", "sslrootcert": "ca.crt", "sslcert": "client.crt", "sslkey": "client.key"}
    connect(extra, port=certified_port, login="trusted", password=None)
    everyone_connects(tmp_path)
    connect({"sslmode": "verify-full", "sslrootcert": "ca.crt"}, port=certified_port, login="trusted", password=None)
    with pytest.raises(psycopg2.OperationalError), connections.warehouse().connect():
        pass


@pytest.mark.usefixtures("prepared")
def test_a_password_file_and_parameters_that_a_profile_cannot_hold(connect: Any, tmp_path: Path) -> None:
    """dbt's profile has no place for these: they reach its libpq by the environment."""
    passwords = tmp_path / "passwords"
    passwords.write_text(f"*:*:*:cerebro:{PASSWORD}\n")
    passwords.chmod(0o600)
    connect({"passfile": str(passwords), "sslmode": "require", "target_session_attrs": "read-write"}, password=None)
    everyone_connects(tmp_path)
    connect({"passfile": str(passwords), "sslmode": "require", "target_session_attrs": "standby"}, password=None)
    with pytest.raises(psycopg2.OperationalError, match="not in hot standby"):
        heroes_loader(connections.warehouse()).load([])
    assert "not in hot standby" in dbt_debug(tmp_path)


@pytest.mark.usefixtures("prepared")
def test_a_unix_socket(connect: Any, server: Server, tmp_path: Path) -> None:
    connect(host=server.socket, port=server.port, login="trusted", password=None)
    everyone_connects(tmp_path)


@pytest.mark.usefixtures("prepared")
def test_the_first_host_that_answers(connect: Any, tmp_path: Path) -> None:
    connect({"sslmode": "require"}, host="127.0.0.9,127.0.0.1")
    everyone_connects(tmp_path)


@pytest.mark.usefixtures("prepared")
def test_options_of_the_connection_hold_and_the_time_zone_stays_utc(connect: Any) -> None:
    connect({"sslmode": "require", "options": "-c timezone=America/St_Johns -c lock_timeout=7s"})
    with connections.warehouse().connect() as connection, connection.cursor() as cursor:
        cursor.execute("select current_setting('timezone'), current_setting('lock_timeout')")
        assert cursor.fetchone() == ("UTC", "7s")


@pytest.mark.usefixtures("prepared")
@pytest.mark.parametrize(("authority", "answer"), [("ca", "All checks passed"), ("other", "certificate verify failed")])
def test_dbt_by_hand_verifies_the_server(
    certificates: Path, tls_port: int, tmp_path: Path, authority: str, answer: str
) -> None:
    variables = {"WAREHOUSE_PORT": str(tls_port), "WAREHOUSE_PASSWORD": PASSWORD, "WAREHOUSE_SSLMODE": "verify-full"}
    variables["WAREHOUSE_SSLROOTCERT"] = str(certificates / f"{authority}.crt")
    assert answer in run_dbt_debug(tmp_path, DBT_ROOT, variables)


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection `warehouse` asks for a token, which another connection signs. Only a login with it needs AWS."""
    keys = {"conn_type": "aws", "login": "AKIAEXAMPLE", "password": "secret", "extra": {"region_name": "eu-central-1"}}
    monkeypatch.setenv("AIRFLOW_CONN_SIGNER", json.dumps(keys))
    extra = {"iam": True, "aws_conn_id": "signer"}
    there = {"conn_type": "postgres", "host": "db.example.com", "login": "cerebro", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(there))


def is_token(password: str) -> bool:
    return password.startswith("db.example.com:5432/?Action=connect&DBUser=cerebro") and "X-Amz-Signature=" in password


@pytest.mark.usefixtures("token")
def test_a_token_is_signed_for_each_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token is valid for 15 minutes."""
    warehouse = connections.warehouse()
    passwords: list[str] = []

    def refuse(**arguments: Any) -> None:
        passwords.append(arguments["password"])
        raise psycopg2.OperationalError("no answer")

    monkeypatch.setattr(psycopg2, "connect", refuse)
    for _ in range(2):
        with pytest.raises(psycopg2.OperationalError), warehouse.connect():
            pass
    assert [is_token(password) for password in passwords] == [True, True]


@pytest.mark.usefixtures("token")
def test_dbt_reads_its_token_from_a_file() -> None:
    with profile_config(read_settings()).ensure_profile() as (_, variables):
        file = Path(variables["PGPASSFILE"])
        written = file.read_text()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert is_token(written.removeprefix("*:*:*:*:").replace("\\:", ":"))
    assert not file.exists()


def test_a_dbt_that_runs_for_long_logs_in_with_the_newest_password(
    server: Server, connect: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """dbt had the first token as its password: a build of more than 15 minutes failed in the middle."""
    passwords = ["an\\old:one"]
    newest = "the\\newest:one"
    server.execute(f"create role changing login in role cerebro password '{newest}'")
    monkeypatch.setattr(profile, "password_file", partial(password_file, renewal=timedelta(seconds=0.1)))
    connect({"sslmode": "require"}, login="changing", password=None)
    warehouse = replace(connections.warehouse(), new_password=lambda: passwords[-1])
    monkeypatch.setattr(connections, "dbt_warehouse", lambda: warehouse)
    with profile_config(read_settings()).ensure_profile() as (file, variables):
        assert "password authentication failed" in run_dbt_debug(tmp_path, file.parent, variables)
        passwords.append(newest)
        time.sleep(1)
        assert "All checks passed" in run_dbt_debug(tmp_path, file.parent, variables)
