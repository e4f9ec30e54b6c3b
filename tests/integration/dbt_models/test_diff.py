"""What a change of the dbt project does to rows: both versions side by side."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from include.cerebro.transforming import diff
from include.cerebro.transforming.diff import TableDiff
from testing.sites import warehouse_of
from tests.integration.dbt_models.warehouse import DBT, PROJECT, Warehouse


def differing(tables: list[TableDiff]) -> dict[str, TableDiff]:
    return {table.name: table for table in tables if not table.is_same}


def test_two_versions_of_the_project(built: Warehouse, tmp_path: Path) -> None:
    """The base has another name of production's schemas only: it is built beside them, too."""
    there = warehouse_of(built.uri)
    before = built.versions()
    project = tmp_path / "head"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    ranking = project / "models" / "analytics" / "intermediate" / "int_mission_totals.sql"
    ranking.write_text(ranking.read_text().replace("structural_damage > 10000", "structural_damage > 90000"))
    diff.drop(there)
    diff.build(DBT, diff.export_project("HEAD", tmp_path), diff.BASE, built.environment(), tmp_path)
    diff.build(DBT, project, diff.HEAD, built.environment(), tmp_path)
    tables = diff.compare(there)
    assert differing(tables) == {
        "analytics.hulk_factor": TableDiff("analytics.hulk_factor", 3, 3, differing={"avg_energy_output": 1, "rank": 2})
    }
    assert {"marts.fact_biometrics", "analytics.obt_cerebro_restored"} <= {table.name for table in tables}
    assert built.versions() == before
    diff.drop(there)
    assert diff.compare(there) == []


def test_rows_by_key_and_values_by_column(warehouse: Warehouse) -> None:
    """A null in a key counts, a billionth does not; tables and columns may be new or gone."""
    warehouse.execute(
        """
        create schema a_marts; create schema b_marts; create schema a_analytics; create schema b_analytics;
        create table a_marts.t (hero text, mission text, x double precision, y int, unique (hero, mission));
        create table b_marts.t (like a_marts.t including all, z text);
        insert into a_marts.t values ('h', null, 1, 1), ('h', 'm', 2, null), ('gone', 'm', 3, 3), ('same', 'm', 4, 4);
        insert into b_marts.t values ('h', null, 1.5, 1), ('h', 'm', 2.0000000001, 7);
        insert into b_marts.t values ('new', 'm', 3, 3), ('same', 'm', 4, 4);
        create table a_analytics.old (id int primary key); create table b_analytics.new (id int primary key);
        """
    )
    assert diff.compare(warehouse_of(warehouse.uri), "a", "b") == [
        TableDiff("analytics.new", None, 0),
        TableDiff("analytics.old", 0, None),
        TableDiff("marts.t", 4, 4, 1, 1, {"x": 1, "y": 1}),
    ]
    text = diff.report(diff.compare(warehouse_of(warehouse.uri), "a", "b"), "main")
    assert "| `marts.t` | 4 | 4 | 1 | 1 | x: 1, y: 1 |" in text
    assert "| `analytics.new` | - | 0 |  |  | new |" in text


def test_equal_tables_are_named_in_one_line() -> None:
    assert "The same rows as before: `marts.t`." in diff.report([TableDiff("marts.t", 4, 4)], "main")


def test_an_unknown_reference_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError, match="no-such-branch"):
        diff.export_project("no-such-branch", tmp_path)
