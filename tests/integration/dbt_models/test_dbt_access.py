"""The rights of each role: statements that it may run, and statements that must be refused."""

from collections.abc import Callable, Iterator

import psycopg2
import pytest
from psycopg2 import errors

from tests.integration.dbt_models.warehouse import Warehouse

MAY = {
    "cerebro_loader": [
        "insert into raw.heroes values (1, 99, '{}')",
        "select * from raw.current_loads",
    ],
    "cerebro_transformer": [
        "select * from raw.biometrics",
        "create table marts.another (hero_id text)",
        "delete from meta.transformations",
    ],
    "cerebro_analyst": [
        "select * from marts.dim_heroes",
        "select * from marts.dim_missions",
        "select * from marts.bridge_mission_heroes",
        "select * from marts.fact_biometrics",
        "select * from analytics.obt_cerebro_restored",
        "select * from analytics.hulk_factor",
        "select * from analytics.reliability",
        "select * from operations.load_history",
        "select * from operations.run_checks",
        "select * from operations.readings_by_hour",
    ],
}

MUST_NOT = {
    "cerebro_loader": [
        "select * from marts.dim_heroes",
        "select * from staging.int_hero_ids",
        "delete from raw.heroes",
        "update raw.biometrics set reading_count = 0",
        "drop table raw.heroes",
        "truncate raw.heroes",
        "alter table raw.loads disable trigger all",
        "create table raw.another (hero_id text)",
    ],
    "cerebro_transformer": [
        "insert into raw.heroes values (1, 99, '{}')",
        "delete from raw.loads",
        "drop table raw.heroes",
        "create table raw.another (hero_id text)",
    ],
    "cerebro_analyst": [
        "select * from raw.heroes",
        "select * from staging.stg_heroes",
        "select * from snapshots.heroes_history",
        "select * from meta.transformations",
        "select * from meta.reconciliations",
        "update marts.dim_heroes set hero_name = 'x'",
        "delete from analytics.obt_cerebro_restored",
        "truncate marts.fact_biometrics",
        "drop table marts.dim_heroes",
        "create table analytics.another (hero_id text)",
        "create view operations.another as select 1 as one",
    ],
}


@pytest.fixture
def run_as(built: Warehouse) -> Iterator[Callable[[str, str], None]]:
    """Runs a statement as a role, and rolls it back."""
    connection = psycopg2.connect(built.uri)

    def run(role: str, statement: str) -> None:
        with connection.cursor() as cursor:
            try:
                cursor.execute(f"set role {role}")
                cursor.execute(statement)
            finally:
                connection.rollback()

    yield run
    connection.close()


def test_roles_can_do_their_work_and_nothing_else(run_as: Callable[[str, str], None]) -> None:
    for role, statements in MAY.items():
        for statement in statements:
            run_as(role, statement)
    for role, statements in MUST_NOT.items():
        for statement in statements:
            with pytest.raises(errors.InsufficientPrivilege):
                run_as(role, statement)
