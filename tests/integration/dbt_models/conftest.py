"""A database for every test of the dbt models, on the server of the fixture `services`."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2 import sql

from tests.integration.dbt_models.warehouse import Warehouse

NAME = f"dbt_test_{os.getpid()}"
TEMPLATE = f"{NAME}_built"


class Server:
    """Creates and drops databases on one PostgreSQL server."""

    def __init__(self, superuser_uri: str, uri: str, scratch: Path) -> None:
        self.superuser_uri = superuser_uri
        self.uri = uri
        # Keeps dbt's parsed project from test to test, which saves seconds each time.
        self.scratch = scratch

    def connect(self, name: str) -> Warehouse:
        """Connect to a database. dbt parses its project anew for another database than the last one of a folder."""
        return Warehouse(urlsplit(self.uri)._replace(path=f"/{name}").geturl(), self.scratch / name)

    def execute(self, statement: str, *names: str) -> None:
        with closing(psycopg2.connect(self.superuser_uri)) as connection:
            connection.autocommit = True
            connection.cursor().execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def execute_in(self, warehouse: Warehouse, statement: str) -> None:
        """Execute a statement in one database with all rights."""
        uri = urlsplit(self.superuser_uri)._replace(path=f"/{warehouse.database}").geturl()
        with closing(psycopg2.connect(uri)) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement)

    def drop(self, name: str) -> None:
        self.execute("drop database if exists {} with (force)", name)

    def create(self, name: str, template: str = "template1") -> Warehouse:
        self.drop(name)
        self.execute("create database {} template {} owner cerebro", name, template)
        return self.connect(name)


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The server of `services`, or that of DBT_TEST_SERVER_URI (a superuser without password)."""
    superuser_uri = os.environ.get("DBT_TEST_SERVER_URI")
    if superuser_uri:
        uri = superuser_uri.replace("postgres@", "cerebro@")
    else:
        values = request.getfixturevalue("services")
        superuser_uri, uri = values["POSTGRES_SUPERUSER_URI"], values["WAREHOUSE_URI"]
    return Server(superuser_uri, uri, tmp_path_factory.mktemp("dbt"))


@pytest.fixture
def warehouse(server: Server) -> Iterator[Warehouse]:
    """An empty warehouse."""
    warehouse = server.create(NAME)
    yield warehouse
    warehouse.connection.close()
    server.drop(NAME)


@pytest.fixture(scope="session")
def make_built(server: Server) -> Iterator[Callable[[], Warehouse]]:
    """Returns copies of a small warehouse that dbt has built and tested once."""
    # Under the name of its copies, for which dbt has parsed its project then.
    original = server.create(NAME)
    original.load_heroes("heroes.csv", {"hero_id": "hulk", "name": "HULK", "alter_ego": "Bruce"}, {"hero_id": "thor"})
    original.load_missions(
        "mission_logs.json",
        {"mission_id": "m1", "timestamp": "2025-01-01 00:01:30+00", "hero_ids": ["hulk", "Loki"],
         "outcome": "Successful", "damage_report": {"structural_damage": 20000}},
        {"mission_id": "m2", "timestamp": "2025-01-01 00:02:30Z", "hero_ids": ["thor"],
         "outcome": "Successful"},
        {"mission_id": "m3", "timestamp": "2025-01-01 00:03:30Z", "hero_ids": ["thor"],
         "outcome": "Successful"},
    )  # fmt: skip
    original.load_biometrics(
        "b1", *((hero, f"2025-01-01 00:0{at}Z", 60, 80 + at) for hero in ("hulk", "thor") for at in range(5))
    )
    original.transform()
    original.connection.close()
    server.drop(TEMPLATE)
    server.execute("alter database {} rename to {}", NAME, TEMPLATE)
    yield lambda: server.create(NAME, TEMPLATE)
    server.drop(TEMPLATE)


@pytest.fixture
def built(server: Server, make_built: Callable[[], Warehouse]) -> Iterator[Warehouse]:
    """A small warehouse that dbt has built: Hulk and Thor with five minutes each, Loki without any."""
    warehouse = make_built()
    yield warehouse
    warehouse.connection.close()
    server.drop(NAME)


@pytest.fixture
def change(built: Warehouse, tmp_path: Path) -> Callable[[Path, str, str], None]:
    """Replaces text in a file of a copy of the dbt project, which dbt runs from then on."""
    project = built.copy_project(tmp_path)

    def replace(path: Path, old: str, new: str) -> None:
        text = (project / path).read_text()
        assert old in text
        (project / path).write_text(text.replace(old, new))

    return replace


@pytest.fixture
def visitor(built: Warehouse, server: Server) -> Iterator[str]:
    """A role of somebody else's, with no rights."""
    server.execute("create role {}", "visitor")
    yield "visitor"
    server.execute_in(built, "drop owned by visitor cascade")
    server.execute("drop role {}", "visitor")
