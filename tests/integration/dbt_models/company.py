"""Who else uses the warehouse of a test, and what a run may not touch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2

from tests.integration.dbt_models.warehouse import PROJECT, Warehouse

VIEWS = ("run", "--select", "config.materialized:view")
HEROES = ("run", "--select", "stg_heroes")

# Any DDL, COMMENT or GRANT on a view writes one of these rows anew.
VERSIONS_OF_VIEWS = """
    select pg_class.oid::regclass::text, pg_class.oid, pg_class.xmin::text, pg_rewrite.xmin::text, comments.versions
    from pg_class
    inner join pg_rewrite on pg_class.oid = pg_rewrite.ev_class
    left join lateral (
        select string_agg(pg_description.xmin::text, ' ' order by pg_description.objsubid) as versions
        from pg_description
        where pg_description.objoid = pg_class.oid
    ) as comments on true
    where pg_class.relkind = 'v' and pg_class.relnamespace::regnamespace::text in ('staging', 'operations', 'raw')
    order by 1
"""


@contextmanager
def reader(warehouse: Warehouse, *relations: str) -> Iterator[int]:
    """An open transaction that has read the relations, as a pg_dump or a notebook has it; yields its process id."""
    with closing(psycopg2.connect(warehouse.uri, application_name="notebook")) as connection:
        with connection.cursor() as cursor:
            for relation in relations:
                cursor.execute(f"select * from {relation} limit 1")
        yield connection.info.backend_pid


def wait_for_readers_one_second(built: Warehouse, folder: Path) -> None:
    """Let dbt's sessions wait for a lock of a reader for one second; the profile is written into the folder."""
    profile = (PROJECT / "profiles.yml").read_text()
    assert "lock_timeout to '30s'" in profile
    (folder / "profiles.yml").write_text(profile.replace("lock_timeout to '30s'", "lock_timeout to '1s'"))
    built.profiles = folder


def columns(warehouse: Warehouse, relation: str) -> list[str]:
    query = (
        "select attname from pg_attribute"
        " where attrelid = %s::regclass and attnum > 0 and not attisdropped order by attnum"
    )
    return [name for (name,) in warehouse.rows(query, [relation])]
