"""What a transformation would do: nothing, the stale rows, or a rebuild that it announces."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.cerebro.platform.settings import read_settings
from include.cerebro.transforming.rules import rules
from include.cerebro.transforming.state import Plan, plan
from testing.sites import warehouse_of
from tests.integration.dbt_models.warehouse import Warehouse

MANIFEST = read_settings().dbt_manifest


def planned(warehouse: Warehouse, manifest: Path = MANIFEST) -> Plan:
    return plan(warehouse_of(warehouse.uri), manifest)


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of the manifest with a change."""
    manifest = json.loads(MANIFEST.read_text())
    change(manifest)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))
    return path


def test_nothing_new(built: Warehouse) -> None:
    assert not planned(built).is_needed
    assert planned(built).sentences() == [
        "Nothing to transform: no new load, and no changed rule, since the last transformation."
    ]


def test_an_empty_warehouse_is_built_whole(warehouse: Warehouse) -> None:
    assert planned(warehouse).full_refresh


def test_a_new_load_makes_stale_rows(built: Warehouse) -> None:
    built.load_biometrics("b2", ("hulk", "2025-01-02 00:01Z", 60, 80))
    assert planned(built).is_needed
    assert not planned(built).full_refresh


def test_a_load_that_began_first_and_commits_last_is_new(built: Warehouse) -> None:
    """Its load_id is lower than that of a load which was transformed."""
    early = built.load_biometrics("b2", ("hulk", "2025-01-02 00:01Z", 60, 80))
    built.load_biometrics("b3", ("hulk", "2025-01-03 00:01Z", 60, 80))
    built.execute("update raw.loads set position = position + 1000 where load_id = %s", [early])
    # As if the early load were not committed yet.
    built.execute(
        "insert into meta.transformations (position, project_checksum, rules, loaded_at)"
        " select loads.position, last.project_checksum, last.rules, loads.loaded_at"
        " from raw.loads cross join (select * from meta.transformations) as last"
        " where loads.object_key = 'b3'"
    )
    built.transform()
    found = "select minute_at::date::text from marts.fact_biometrics where minute_at > '2025-01-01 12:00Z'"
    assert built.rows(found) == [("2025-01-02",)]


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: manifest["nodes"]["model.cerebro.fact_biometrics"].update(raw_code="select 2"),
        lambda manifest: manifest["nodes"]["model.cerebro.stg_biometrics"].update(raw_code="select 2"),
        lambda manifest: manifest["macros"]["macro.cerebro.merged_mean"].update(macro_sql="avg(1)"),
        # used by another macro
        lambda manifest: manifest["macros"]["macro.cerebro.separators"].update(macro_sql="x"),
    ],
    ids=["model", "parent", "macro", "macro of a macro of a parent"],
)
def test_a_changed_rule_rebuilds_what_it_touches(
    built: Warehouse, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """The fact kept old rows, and the run was green and noted as done (W1)."""
    now = planned(built, changed(tmp_path, change))
    assert now.full_refresh
    (sentence,) = now.rebuilds
    assert "fact_biometrics" in sentence
    assert "int_mission_records" not in sentence


def test_a_changed_ranking_rebuilds_nothing(built: Warehouse, tmp_path: Path) -> None:
    """Every run computes it anew."""

    def change(manifest: dict[str, Any]) -> None:
        manifest["nodes"]["model.cerebro.hulk_factor"]["raw_code"] = "select 2"

    assert not planned(built, changed(tmp_path, change)).full_refresh


def test_a_changed_variable_is_another_rule(tmp_path: Path) -> None:
    manifest = json.loads(MANIFEST.read_text())
    project = tmp_path / "dbt_project.yml"
    project.write_text("vars: {mission_duration_minutes: 1}")
    before = rules(manifest, tmp_path)
    project.write_text("vars: {mission_duration_minutes: 2}")
    assert before["obt_cerebro_restored"] != rules(manifest, tmp_path)["obt_cerebro_restored"]


def test_a_missing_table_is_rebuilt(built: Warehouse) -> None:
    built.execute("drop table marts.dim_missions cascade")
    assert planned(built).rebuilds == ["Missing in the warehouse: marts.dim_missions."]


def test_a_restored_raw_is_built_again(built: Warehouse) -> None:
    """The position is there, but it names another load."""
    built.execute("alter table raw.loads disable trigger loads_history_only_grows")
    built.execute("update raw.loads set loaded_at = loaded_at + interval '1 second'")
    (sentence,) = planned(built).rebuilds
    assert "another history" in sentence
