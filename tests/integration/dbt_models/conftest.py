"""A database for every test module; the server is that of the fixture `services`."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2 import sql

from tests.integration.dbt_models.warehouse import Warehouse


@pytest.fixture
def warehouse(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """An empty warehouse. DBT_TEST_SERVER_URI (of a superuser) names another server than that of `services`."""
    superuser_uri = os.environ.get("DBT_TEST_SERVER_URI")
    if superuser_uri:
        uri = superuser_uri.replace("postgres@", "cerebro@")
    else:
        values = request.getfixturevalue("services")
        superuser_uri, uri = values["POSTGRES_SUPERUSER_URI"], values["WAREHOUSE_URI"]
    name = f"dbt_test_{os.getpid()}"
    server = psycopg2.connect(superuser_uri)
    server.autocommit = True
    drop = sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name))
    with server.cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(sql.SQL("create database {} owner cerebro").format(sql.Identifier(name)))
    try:
        # dbt's parsed project is kept from test to test: it saves seconds each time.
        scratch = tmp_path_factory.getbasetemp() / "dbt"
        yield Warehouse(urlsplit(uri)._replace(path=f"/{name}").geturl(), scratch)
    finally:
        with server.cursor() as cursor:
            cursor.execute(drop)
        server.close()
