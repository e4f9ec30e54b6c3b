"""A landing zone and a warehouse for a test, and the Airflow connections to its store."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from string import Template
from typing import Any

import pytest

from include.cerebro.platform import connections
from include.cerebro.platform.object_store import ObjectStore
from tests.integration import s3_servers
from tests.integration.helpers import Site, copy_site, make_site

Connect = Callable[..., ObjectStore]


@pytest.fixture(scope="session")
def prepared_site(services: dict[str, str]) -> Iterator[Site]:
    """An empty landing zone and a prepared warehouse. Only copies of it are changed."""
    made = make_site(services)
    yield made
    made.drop()


@pytest.fixture
def site(prepared_site: Site) -> Iterator[Site]:
    """An empty landing zone and a prepared warehouse, for this test alone."""
    made = copy_site(prepared_site)
    yield made
    made.drop()


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The address of moto."""
    with s3_servers.moto() as address:
        yield address


@pytest.fixture
def moto_site(services: dict[str, str], moto: str) -> Iterator[Site]:
    """The same as ``site`` with its buckets in moto; it takes any key."""
    made = make_site(services | s3_servers.moto_environment(moto))
    yield made
    made.drop()


@pytest.fixture
def connect(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Connect:
    """Returns the store of a connection ``minio``; $KEY, $SECRET and $URL are those of the site."""
    for name in os.environ:
        if name.startswith("AWS_") or name.upper().endswith("_PROXY") or name == "REQUESTS_CA_BUNDLE":
            monkeypatch.delenv(name)
    credentials = tmp_path / "credentials"
    # The test's machine may have credentials of its own.
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    values = {
        "KEY": site.store.access_key_id,
        "SECRET": site.store.secret_access_key,
        "URL": site.store.endpoint_url,
    }
    credentials.write_text(
        Template("[team]\naws_access_key_id=$KEY\naws_secret_access_key=$SECRET\nregion=eu-north-1\n").substitute(
            values
        )
    )

    def made(
        extra: dict[str, Any], environment: dict[str, str] | None = None, login: str | None = None, **others: str
    ) -> ObjectStore:
        for name, value in (environment or {}).items():
            monkeypatch.setenv(name, Template(value).substitute(values))
        password = "$SECRET" if login else None
        connection = {"conn_type": "aws", "login": login, "password": password, "extra": extra} | others
        monkeypatch.setenv("AIRFLOW_CONN_MINIO", Template(json.dumps(connection)).substitute(values))
        return connections.object_store()

    return made
