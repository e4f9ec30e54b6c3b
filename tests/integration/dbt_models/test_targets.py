"""A person's build of a changed model: in schemas of its own, beside production's, which it reads and leaves alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.dbt_models.conftest import Server
from tests.integration.dbt_models.test_plan import planned
from tests.integration.dbt_models.warehouse import PROJECT, Warehouse

# As docs/how-to/change-a-model.md has it: the role may read all and write nothing that is there.
ROLE = """
    create role test_developer nologin;
    grant test_developer to cerebro;
    grant create, temporary on database {database} to test_developer;
    grant usage on schema raw, meta, staging, marts, analytics, operations, snapshots to test_developer;
    grant select on all tables in schema raw, meta, staging, marts, analytics, operations, snapshots to test_developer;
    grant execute on function raw.summarize_biometrics() to test_developer;
"""
# Unit tests of an incremental branch need the table.
DEFER = (
    "build",
    "--exclude-resource-type",
    "unit_test",
    "--target",
    "dev",
    "--select",
    "state:modified+",
    "--defer",
    "--state",
)


@pytest.fixture
def person(built: Warehouse, server: Server, tmp_path: Path) -> Iterator[Warehouse]:
    """The built warehouse, with a copy of the project for changes; ``tmp_path / "production"`` has the manifest."""
    server.execute_in(built, ROLE.format(database=built.database))
    built.copy_project(tmp_path)
    # The manifest names the database, too: one of another would make all sources modified.
    built.dbt("parse", "--write-json")
    shutil.copytree(built.target(), tmp_path / "production")
    yield built
    server.execute_in(built, "drop owned by test_developer cascade; drop role test_developer")


ENVIRONMENT = {"CEREBRO_DBT_PREFIX": "ann", "CEREBRO_DBT_ROLE": "test_developer"}


def change(warehouse: Warehouse, file: str, old: str, new: str) -> None:
    path = warehouse.project / "models" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def own_tables(warehouse: Warehouse) -> set[str]:
    """The tables and views in schemas with the person's prefix."""
    return {
        name
        for (name,) in warehouse.rows(
            "select oid::regclass::text from pg_class"
            " where relnamespace::regnamespace::text like 'ann%%' and relkind in ('r', 'p', 'v')"
            " and not relispartition",
        )
    }


def state_of_production(warehouse: Warehouse) -> object:
    """All that a build could move: rows with their place and transaction, and the record of positions."""
    return warehouse.versions(), warehouse.rows("select * from meta.tables order by model"), planned(warehouse).reasons


def test_a_changed_ranking_reads_the_rest_from_production(person: Warehouse, tmp_path: Path) -> None:
    before = state_of_production(person)
    change(
        person, "analytics/hulk_factor.sql", "mission_totals.energy_output_sum", "2 * mission_totals.energy_output_sum"
    )
    person.dbt(*DEFER, str(tmp_path / "production"), environment=ENVIRONMENT)
    assert own_tables(person) == {"ann_analytics.hulk_factor"}
    assert person.rows("select max(avg_energy_output) from ann_analytics.hulk_factor") == [(162.0,)]
    assert person.rows("select max(avg_energy_output) from analytics.hulk_factor") == [(81.0,)]
    assert state_of_production(person) == before


def test_a_changed_fact_takes_what_depends_on_it_along(person: Warehouse, tmp_path: Path) -> None:
    """A first build, and one more after a load that production has transformed meanwhile: both are whole."""
    smallest = "min(biometrics.{{ measure }}_min)"
    change(person, "marts/fact_biometrics.sql", smallest, f"7 + {smallest}")
    person.dbt(*DEFER, str(tmp_path / "production"), environment=ENVIRONMENT)
    assert own_tables(person) == {
        "ann_marts.fact_biometrics",
        "ann_operations.readings_by_hour",
        "ann_analytics.obt_cerebro_restored",
        "ann_staging.int_mission_totals",
        "ann_analytics.hulk_factor",
        "ann_analytics.reliability",
    }
    # A foreign key to production would cascade into it, and lock.
    foreign_keys = "select count(*) from pg_constraint where contype = 'f' and conrelid::regclass::text like 'ann%%'"
    assert person.rows(foreign_keys) == [(0,)]

    person.load_biometrics("b2", ("hulk", "2025-01-02 00:01Z", 60, 80))
    person.project, own = PROJECT, person.project
    person.transform()
    person.project = own
    before = state_of_production(person)
    person.dbt(*DEFER, str(tmp_path / "production"), environment=ENVIRONMENT)
    assert person.rows("select count(*), min(heart_rate_min) from ann_marts.fact_biometrics") == [(11, 87)]
    assert person.rows("select count(*), min(heart_rate_min) from marts.fact_biometrics") == [(11, 80)]
    assert state_of_production(person) == before


def test_a_check_builds_the_whole_project_beside_production(built: Warehouse) -> None:
    """Also when production builds at the same time, and with foreign keys between its own tables."""
    before = state_of_production(built)
    built.dbt("build", "--target", "ci", "--exclude-resource-type", "unit_test")
    assert built.rows("select * from ci_marts.fact_biometrics order by 1, 2") == built.rows(
        "select * from marts.fact_biometrics order by 1, 2"
    )
    assert built.rows(
        "select distinct confrelid::regclass::text from pg_constraint"
        " where contype = 'f' and connamespace = 'ci_marts'::regnamespace order by 1"
    ) == [("ci_marts.dim_heroes",), ("ci_marts.dim_missions",)]
    assert state_of_production(built) == before
