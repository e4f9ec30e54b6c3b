"""Two deployments in one cluster: the roles of one have a prefix of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from include.cerebro.checking.answers import read_answers
from include.cerebro.page.reader import open_reader
from include.cerebro.schema.setup import prepare_warehouse
from testing.sites import make_site
from tests.integration.helpers import Site
from tests.integration.samples import HEROES, MISSION, one_reading

PREFIX = f"beside_{os.getpid()}"
ROLES = [f"{PREFIX}_{name}" for name in ("loader", "transformer", "analyst")]


@pytest.fixture
def beside(services: dict[str, str]) -> Iterator[Site]:
    """A site whose roles an administrator has made and granted to the login."""
    with closing(psycopg2.connect(services["POSTGRES_SUPERUSER_URI"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("".join(f"create role {role} nologin; grant {role} to cerebro;" for role in ROLES))
        try:
            site = make_site(Site, services, role_prefix=PREFIX)
            try:
                yield site
            finally:
                site.drop()
        finally:
            with connection.cursor() as cursor:
                cursor.execute(f"drop role {', '.join(ROLES)}")


def test_everything_belongs_to_the_roles_of_the_deployment(beside: Site, tmp_path: Path) -> None:
    beside.put_all({
        "heroes.csv": HEROES,
        "mission_logs.json": json.dumps([MISSION]).encode(),
        "biometrics.parquet": one_reading(),
    })  # fmt: skip
    assert beside.load().objects == 3
    beside.build(tmp_path)
    read_answers(beside.warehouse)
    with open_reader(beside.warehouse) as reader:
        assert reader.heroes
    prepare_warehouse(beside.warehouse)
    with beside.superuser() as cursor:
        cursor.execute(
            "select distinct relowner::regrole::text from pg_class "
            "where relnamespace::regnamespace::text in ('staging', 'marts', 'analytics', 'operations')"
        )
        assert cursor.fetchall() == [(ROLES[1],)]
        # No right in this database is the other deployment's, which shares the login.
        cursor.execute(
            "select count(*) from pg_shdepend inner join pg_roles on pg_shdepend.refobjid = pg_roles.oid "
            "where pg_roles.rolname ~ '^cerebro_(loader|transformer|analyst)$' "
            "and pg_shdepend.dbid = (select oid from pg_database where datname = current_database())"
        )
        assert cursor.fetchall() == [(0,)]
