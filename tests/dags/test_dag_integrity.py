"""What the DAGs guarantee: their tasks, order, trigger rules, names and links.

An empty DagBag would pass most of these tests, so the ids are tested first.
"""

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).parents[2]

SAMPLE_TASKS = {"write_heroes", "write_missions", "write_biometrics", "announce"}
RESTORE_TASKS = {
    "prepare_warehouse",
    "discover",
    "load.heroes",
    "load.missions",
    "load.biometrics",
    "anything_to_transform",
    "record_transformation",
    "reconcile",
    "publish_answers",
    "publish_report",
    "check_objects",
    "check_sources",
    "continue_backlog",
    "find_overlaps",
}
# Cosmos' own tasks in the mode WATCHER.
COSMOS_TASKS = {"transform.dbt_producer_watcher", "transform.dbt_producer_watcher_done"}


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return json.loads((REPOSITORY / "include/dbt/target/manifest.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def dbt_models(manifest: dict[str, Any]) -> set[str]:
    return {node["name"] for node in manifest["nodes"].values() if node["resource_type"] in ("model", "snapshot")}


@pytest.fixture(scope="module")
def restore(dag_bag: Any) -> Any:
    return dag_bag.dags["cerebro_restore"]


def test_the_expected_dags_are_there(dag_bag: Any) -> None:
    assert dag_bag.import_errors == {}
    assert set(dag_bag.dags) == {
        "cerebro_forget_hero",
        "cerebro_housekeeping",
        "cerebro_release",
        "cerebro_reprocess",
        "cerebro_restore",
        "cerebro_retention",
        "cerebro_sample_data",
    }


def test_sample_data_has_its_tasks(dag_bag: Any) -> None:
    assert set(dag_bag.dags["cerebro_sample_data"].task_ids) == SAMPLE_TASKS


def test_every_dbt_model_has_exactly_one_task(restore: Any, dbt_models: set[str]) -> None:
    assert {"fact_biometrics", "obt_cerebro_restored", "stg_heroes"} <= dbt_models
    transform = [task_id for task_id in restore.task_ids if task_id.startswith("transform.")]
    assert sorted(set(transform) - COSMOS_TASKS) == sorted(f"transform.{model}" for model in dbt_models)
    assert set(restore.task_ids) == RESTORE_TASKS | set(transform)


def test_models_wait_for_the_models_they_refer_to(restore: Any, manifest: dict[str, Any]) -> None:
    nodes = {key: node for key, node in manifest["nodes"].items() if node["resource_type"] in ("model", "snapshot")}
    for node in nodes.values():
        parents = {f"transform.{nodes[parent]['name']}" for parent in node["depends_on"]["nodes"] if parent in nodes}
        assert parents <= restore.get_task(f"transform.{node['name']}").upstream_task_ids


def test_dbt_has_the_role_and_the_time_zone_of_the_command_line(restore: Any) -> None:
    """A generated profile without UTC builds by the database's time zone (W5)."""
    profiles = yaml.safe_load((REPOSITORY / "include/dbt/profiles.yml").read_text(encoding="utf-8"))
    producer = restore.get_task("transform.dbt_producer_watcher")
    own = producer.profile_config.profile_mapping.profile_args
    assert own["role"] == profiles["cerebro"]["outputs"]["prod"]["role"]


def test_a_model_task_fails_with_the_tests_under_the_model(restore: Any, manifest: dict[str, Any]) -> None:
    counted = restore.get_task("transform.dbt_producer_watcher").tests_per_model
    data_tests = {key for key, node in manifest["nodes"].items() if node["resource_type"] == "test"}
    assert data_tests
    in_all = [test for tests in counted.values() for test in tests]
    assert sorted(in_all) == sorted(data_tests), "each test belongs to exactly one model"
    for unique_id, tests in counted.items():
        for test in tests:
            assert manifest["nodes"][test].get("attached_node") in (unique_id, None)
        if unique_id.startswith("model."):
            assert restore.get_task(f"transform.{manifest['nodes'][unique_id]['name']}").has_tests


def test_no_task_begins_on_a_warehouse_that_could_not_be_prepared(dag_bag: Any) -> None:
    """Tasks that wait for no success transformed a warehouse that prepare_warehouse had refused."""
    prepared = {name: dag for name, dag in dag_bag.dags.items() if "prepare_warehouse" in dag.task_ids}
    assert {"cerebro_restore", "cerebro_reprocess", "cerebro_release", "cerebro_forget_hero"} <= prepared.keys()
    for dag in prepared.values():
        prepare = dag.get_task("prepare_warehouse")
        assert prepare.is_setup
        assert set(dag.task_ids) - {"prepare_warehouse"} == prepare.get_flat_relative_ids(upstream=False)


def test_the_tasks_run_in_order(restore: Any) -> None:
    assert restore.get_task("discover").upstream_task_ids == {"prepare_warehouse"}
    for dataset in ("heroes", "missions", "biometrics"):
        assert restore.get_task(f"load.{dataset}").upstream_task_ids == {"discover"}
    assert restore.get_task("anything_to_transform").upstream_task_ids == {
        "load.heroes",
        "load.missions",
        "load.biometrics",
    }
    assert "anything_to_transform" in restore.get_task("transform.dbt_producer_watcher").upstream_task_ids
    for task_id in ("check_objects", "publish_report", "continue_backlog"):
        assert restore.get_task(task_id).upstream_task_ids == {"reconcile", "record_transformation"}


def outcomes(dag: Any, failing: str) -> dict[str, str]:
    """The state of every task of a run in which one task fails and all others do what they can."""
    states: dict[str, str] = {}
    for task in dag.topological_sort():
        upstream = {states[task_id] for task_id in task.upstream_task_ids}
        # Airflow's own words for the three rules that the DAGs use; another one is a KeyError.
        runs = {"all_success": upstream <= {"success"}, "none_failed": upstream <= {"success"}, "all_done": True}
        if not runs[task.trigger_rule.value]:
            states[task.task_id] = "upstream_failed"
        else:
            states[task.task_id] = "failed" if task.task_id == failing else "success"
    return states


def test_a_failure_anywhere_makes_the_run_red(dag_bag: Any) -> None:
    """A run is judged by its leaves. record_transformation led to leaves that run whatever happens before (A4)."""
    for dag in dag_bag.dags.values():
        leaves = [task.task_id for task in dag.tasks if not task.downstream_task_ids]
        for failing in dag.task_ids:
            states = outcomes(dag, failing)
            assert states[failing] == "failed"
            assert any(states[leaf] != "success" for leaf in leaves), f"the run is green although {failing} failed"


def test_the_checks_run_after_any_outcome(restore: Any) -> None:
    for task_id in ("anything_to_transform", "reconcile", "publish_report", "check_objects", "continue_backlog"):
        assert restore.get_task(task_id).trigger_rule == "all_done"


def test_every_task_has_an_owner_retries_and_a_description(dag_bag: Any) -> None:
    for dag in dag_bag.dags.values():
        assert dag.tags
        assert dag.doc_md
        # Runs that wait for an approval do not keep others from being asked; their decisions take turns.
        assert dag.max_active_runs == (16 if dag.dag_id == "cerebro_release" else 1)
        assert dag.catchup is False
        for task in dag.tasks:
            assert task.owner == "cerebro", task.task_id
            assert task.retries >= 1 or task.task_id.endswith("_done"), task.task_id
            assert task.retry_policy.__class__.__name__ == "FaultRetryPolicy", task.task_id
            assert task.doc_md, task.task_id
            assert not task.doc_md.startswith((" ", "\n")), "indented Markdown is code"


def test_every_task_has_a_timeout(dag_bag: Any) -> None:
    """A server that does not answer used to keep a task, and with it the only run, for ever (A3)."""
    expected = {"load": timedelta(hours=6), "transform": timedelta(hours=12), "write_heroes": timedelta(hours=6)}
    expected |= dict.fromkeys(("load_again", "preview", "decide"), timedelta(hours=6))
    for dag in dag_bag.dags.values():
        for task in dag.tasks:
            # They write or read as much as a load.
            is_long = dag.dag_id in ("cerebro_sample_data", "cerebro_forget_hero", "cerebro_retention")
            default = timedelta(hours=6 if is_long else 1)
            timeout = expected.get(task.task_id.split(".")[0], default)
            assert task.execution_timeout == timeout, task.task_id


def test_decisions_take_turns(dag_bag: Any) -> None:
    """Two that are approved at once would note a discard twice."""
    assert dag_bag.dags["cerebro_release"].get_task("decide").max_active_tis_per_dag == 1


def test_tasks_have_names_for_people(dag_bag: Any, dbt_models: set[str]) -> None:
    for dag in dag_bag.dags.values():
        for task in dag.tasks:
            name = task.task_id.removeprefix("transform.")
            assert task.task_display_name == name if name in dbt_models else task.task_display_name != task.task_id
            # The grid cuts longer names.
            assert name in dbt_models or len(task.task_display_name) <= 24


def test_a_model_is_one_click_away_from_its_page_in_the_dbt_docs(restore: Any, manifest: dict[str, Any]) -> None:
    models = {node["name"]: key for key, node in manifest["nodes"].items() if key.startswith(("model.", "snapshot."))}
    for name, unique_id in models.items():
        task = restore.get_task(f"transform.{name}")
        page = f"/cerebro/dbt/index.html#!/{unique_id.split('.')[0]}/{unique_id}"
        (link,) = task.operator_extra_links
        assert link.get_link(task, ti_key=None).endswith(page)
        assert f"{page})" in task.doc_md


def test_a_load_links_to_its_objects(restore: Any) -> None:
    key: Any = SimpleNamespace(run_id="manual__2025-01-01T00:00:00+00:00")
    for dataset in ("heroes", "missions", "biometrics"):
        task = restore.get_task(f"load.{dataset}")
        (link,) = task.operator_extra_links
        given = SimpleNamespace(references=lambda: [{"batch": 7, "name": "x"}, {"batch": 8, "name": "y"}])
        assert link.get_link(given, ti_key=key).endswith(
            "/cerebro/objects?run_id=manual__2025-01-01T00%3A00%3A00%2B00%3A00&batch=7&batch=8"
        )
        assert link.get_link(SimpleNamespace(references=list), ti_key=key) == ""


def test_red_and_late_runs_are_notified_and_the_check_of_sources_makes_no_run_red(restore: Any) -> None:
    assert restore.on_failure_callback.kind == "red"
    assert restore.on_success_callback.kind == "green"
    (deadline,) = restore.deadline
    assert deadline.interval == timedelta(hours=1)
    assert deadline.reference.reference_name == "RunCreatedDeadline", "with DAGRUN_QUEUED_AT no task can be cleared"
    assert deadline.callback.path == "include.cerebro.notifications.callbacks.AlertNotifier"
    assert restore.get_task("check_sources").trigger_rule == "all_done"
    # It is one leaf of several, and the run is judged by all of them.
    assert restore.get_task("check_sources").downstream_task_ids == set()


def test_runs_hourly_by_asset_and_without_a_logical_date(restore: Any) -> None:
    assert [asset.name for asset in restore.timetable.asset_condition.objects] == [
        "cerebro_landing_zone",
        "cerebro_backlog",
    ]
    assert restore.timetable.timetable.expression == "0 * * * *"
    # Otherwise a DAG that is new in the first minutes of an hour would start a run at once.
    assert restore.timetable.timetable.run_immediately == timedelta(0)
    source = (REPOSITORY / "dags/cerebro_restore.py").read_text(encoding="utf-8")
    assert "logical_date" not in source
    assert "execution_date" not in source
    assert not any(name in source for name in ('"ds"', "data_interval"))


def test_a_backlog_does_not_take_the_whole_warehouse(restore: Any) -> None:
    assert restore.get_task("load.biometrics").max_active_tis_per_dag == 8


def test_mapped_loads_are_named_after_what_they_load(restore: Any) -> None:
    assert restore.get_task("load.biometrics").map_index_template == "{{ batch_name }}"
