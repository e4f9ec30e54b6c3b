"""What a transformation would do: nothing, the stale rows, or tables that it builds again and names."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.transforming.plan import Plan, about
from include.cerebro.transforming.rules import FUNCTIONS, rules
from include.cerebro.transforming.state import plan
from testing.sites import warehouse_of
from tests.integration.dbt_models.warehouse import Warehouse

MANIFEST = read_settings().dbt_manifest

# What depends on the fact, and the fact itself.
FACT_AND_BELOW = {
    "fact_biometrics", "readings_by_hour", "obt_cerebro_restored", "int_mission_totals", "hulk_factor", "reliability",
}  # fmt: skip


def planned(warehouse: Warehouse, manifest: Path = MANIFEST) -> Plan:
    return plan(warehouse_of(warehouse.uri), manifest)


def rebuilt(plan: Plan) -> dict[str, str]:
    """Why each table is built again."""
    return {it.model: it.why for it in plan.rebuilds}


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """A copy of the manifest with a change."""
    manifest = json.loads(MANIFEST.read_text())
    change(manifest)
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest))
    return path


def node(manifest: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = manifest["nodes"][f"model.cerebro.{name}"]
    return found


def test_nothing_new(built: Warehouse) -> None:
    assert not planned(built).is_needed
    assert planned(built).sentences() == [
        "Nothing to transform: no new load, and no changed rule, since the last transformation."
    ]


def test_an_empty_warehouse_is_built_whole(warehouse: Warehouse) -> None:
    assert len(planned(warehouse).rebuilds) == len(rules(json.loads(MANIFEST.read_text())))


def test_a_new_load_makes_stale_rows(built: Warehouse) -> None:
    built.load_biometrics("b2", ("hulk", "2025-01-02 00:01Z", 60, 80))
    assert planned(built).is_needed
    assert planned(built).rebuilds == []


def test_a_load_that_began_first_and_commits_last_is_new(built: Warehouse) -> None:
    """Its load_id is lower than that of a load which was transformed."""
    early = built.load_biometrics("b2", ("hulk", "2025-01-02 00:01Z", 60, 80))
    built.load_biometrics("b3", ("hulk", "2025-01-03 00:01Z", 60, 80))
    built.execute("update raw.loads set position = position + 1000 where load_id = %s", [early])
    # As if the early load were not committed yet.
    built.execute(
        "update meta.tables set position = loads.position, loaded_at = loads.loaded_at"
        " from raw.loads where loads.object_key = 'b3'"
    )
    built.transform()
    found = "select minute_at::date::text from marts.fact_biometrics where minute_at > '2025-01-01 12:00Z'"
    assert built.rows(found) == [("2025-01-02",)]


@pytest.mark.parametrize(
    "change",
    [
        lambda manifest: node(manifest, "fact_biometrics").update(raw_code="select 2"),
        lambda manifest: node(manifest, "stg_biometrics").update(raw_code="select 2"),
        lambda manifest: manifest["macros"]["macro.cerebro.hour_ranges"].update(macro_sql="select 1"),
    ],
    ids=["model", "view that it reads", "macro"],
)
def test_a_changed_rule_rebuilds_what_it_touches_and_nothing_else(
    built: Warehouse, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """The fact kept old rows, and the run was green and noted as done (W1). Later, all tables were built again."""
    now = planned(built, changed(tmp_path, change))
    assert set(rebuilt(now)) == FACT_AND_BELOW
    assert rebuilt(now)["fact_biometrics"] == "other rules than the present ones made its rows"
    assert rebuilt(now)["hulk_factor"] == "it is built from int_mission_totals"
    assert [it.model for it in now.rebuilds].index("fact_biometrics") == 0


def test_the_macro_of_a_macro_is_a_rule() -> None:
    manifest = json.loads(MANIFEST.read_text())
    before = rules(manifest)
    manifest["macros"]["macro.cerebro.mission_from"]["macro_sql"] = "x"
    assert rules(manifest)["int_stale_hours"].rules != before["int_stale_hours"].rules
    assert rules(manifest)["int_mission_records"].rules == before["int_mission_records"].rules


def test_the_function_of_a_function_is_a_rule() -> None:
    """raw.spelling_rank, which dim_heroes calls, calls raw.is_readable."""
    manifest = json.loads(MANIFEST.read_text())
    before = rules(manifest)
    definition = "~ '^[[:upper:]0-9]'"
    assert definition in read_sql(FUNCTIONS)
    after = rules(manifest, functions=read_sql(FUNCTIONS).replace(definition, "~ '^[[:upper:]]'"))
    assert after["dim_heroes"].rules != before["dim_heroes"].rules
    assert after["int_mission_records"].rules == before["int_mission_records"].rules


def test_comments_and_layout_are_no_rules() -> None:
    manifest = json.loads(MANIFEST.read_text())
    fact = node(manifest, "fact_biometrics")
    fact["raw_code"] = "select 'a  -- b' as x -- it's a comment"
    before = rules(manifest)["fact_biometrics"]
    fact["raw_code"] = "select /* other */ 'a  -- b'\n    as x {# and another #}"
    assert rules(manifest)["fact_biometrics"] == before
    fact["raw_code"] = "select 'a -- b' as x"
    assert rules(manifest)["fact_biometrics"] != before


@pytest.mark.parametrize(
    "change",
    [
        lambda fact: fact["constraints"].pop(),
        lambda fact: fact["config"]["meta"].update(index_definitions=["(minute_at)"]),
        lambda fact: fact["columns"]["heart_rate"]["constraints"].pop(),
        lambda fact: fact["columns"]["reading_count"].update(data_type="integer"),
    ],
    ids=["constraint", "index", "check", "type"],
)
def test_other_keys_in_yaml_alone_rebuild_that_table_alone(
    built: Warehouse, tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    """They reached new tables only."""
    now = planned(built, changed(tmp_path, lambda manifest: change(node(manifest, "fact_biometrics"))))
    assert rebuilt(now) == {"fact_biometrics": "its keys, constraints, indexes or types have changed"}


def test_the_plan_says_about_how_long_it_takes(built: Warehouse, tmp_path: Path) -> None:
    """The fact has 10 rows, and grew to ten times the size at which it was measured."""
    built.execute("update meta.tables set seconds = 60, row_count = 1 where model = 'fact_biometrics'")
    built.execute("update meta.tables set seconds = 20 where model <> 'fact_biometrics'")
    path = changed(tmp_path, lambda manifest: node(manifest, "fact_biometrics").update(raw_code="select 2"))
    sentences = planned(built, path).sentences()
    assert "6 tables are built again, in about 12 minutes" in sentences[0]
    assert any(
        line.startswith("marts.fact_biometrics: other rules") and "about 10 minutes" in line for line in sentences
    )
    assert [about(seconds) for seconds in (None, 0.2, 40, 90 * 60, 9 * 3600)] == [
        "not measured yet", "less than 1 s", "about 40 s", "about 90 minutes", "about 9 hours",
    ]  # fmt: skip


def test_a_changed_variable_is_another_rule(tmp_path: Path) -> None:
    manifest = json.loads(MANIFEST.read_text())
    project = tmp_path / "dbt_project.yml"
    project.write_text("vars: {mission_duration_minutes: 1}")
    before = rules(manifest, tmp_path)
    project.write_text("vars: {mission_duration_minutes: 2}")
    after = rules(manifest, tmp_path)
    assert {name for name in before if before[name] != after[name]} >= {"int_stale_hours", "obt_cerebro_restored"}
    assert before["int_hero_records"] == after["int_hero_records"]


def test_a_missing_table_is_rebuilt_with_what_depends_on_it(built: Warehouse) -> None:
    """Foreign keys that referred to it are gone, too."""
    built.execute("drop table marts.dim_missions cascade")
    assert rebuilt(planned(built)) == {
        "dim_missions": "it is missing in the warehouse",
        "bridge_mission_heroes": "it is built from dim_missions",
        "obt_cerebro_restored": "it is built from bridge_mission_heroes, dim_missions",
        "int_mission_totals": "it is built from obt_cerebro_restored",
        "hulk_factor": "it is built from int_mission_totals",
        "reliability": "it is built from int_mission_totals",
    }


def test_a_missing_view_rebuilds_no_table(built: Warehouse) -> None:
    built.execute("drop view staging.stg_heroes")
    assert planned(built).reasons == ["Missing in the warehouse: staging.stg_heroes."]
    assert planned(built).rebuilds == []


def test_a_restored_raw_is_built_again(built: Warehouse) -> None:
    """The position is there, but it names another load."""
    built.execute("alter table raw.loads disable trigger loads_history_only_grows")
    built.execute("update raw.loads set loaded_at = loaded_at + interval '1 second'")
    assert len(rebuilt(planned(built))) == len(rules(json.loads(MANIFEST.read_text())))
    assert "another history" in rebuilt(planned(built))["fact_biometrics"]


def test_a_model_that_left_the_project_is_forgotten(built: Warehouse) -> None:
    """Its position would stay, and every run would begin there."""
    built.execute(
        "insert into meta.tables select 'gone', rules, keys, plan, 0, null, now(), 1, 1 from meta.tables limit 1"
    )
    built.load_biometrics("b2", ("hulk", "2025-01-02 00:01Z", 60, 80))
    built.transform()
    assert built.rows("select count(distinct position), count(*) filter (where model = 'gone') from meta.tables") == [
        (1, 0)
    ]
