"""The private parts of Cosmos and Airflow that this project rests on, by name.

When one of these fails after an upgrade, ``include/cerebro/transforming/cosmos_internals.py`` is the file to change.
"""

import ast
import inspect
import json
from pathlib import Path
from typing import Any

from cosmos import ProjectConfig
from cosmos.operators._watcher import aggregation, state
from cosmos.operators._watcher.base import BaseConsumerSensor
from cosmos.operators.watcher import DbtProducerWatcherOperator, DbtRunWatcherOperator, DbtSnapshotWatcherOperator

from include.cerebro.transforming.cosmos_internals import PRODUCER_DONE_TASK_ID

REPOSITORY = Path(__file__).parents[2]
INTERNALS = "include/cerebro/transforming/cosmos_internals.py"


def parameters(function: Any) -> list[str]:
    return list(inspect.signature(function).parameters)


def test_the_producer_publishes_the_status_of_a_models_tests_in_an_xcom() -> None:
    assert parameters(aggregation.get_tests_status_xcom_key) == ["model_uid"]
    assert parameters(state.get_xcom_val)[:3] == ["task_instance", "task_ids", "key"]
    assert state.ProducerTaskState.SUCCESS == "success"
    assert state.is_dbt_node_status_success("success")
    assert not state.is_dbt_node_status_success("error")


def test_a_model_task_calls_the_methods_that_are_overridden() -> None:
    for operator in (DbtRunWatcherOperator, DbtSnapshotWatcherOperator):
        assert issubclass(operator, BaseConsumerSensor)
    assert parameters(BaseConsumerSensor._get_node_status) == ["self", "ti", "context"]
    assert parameters(BaseConsumerSensor._handle_no_dbt_node_status) == [
        "self",
        "producer_task_state",
        "try_number",
        "context",
    ]
    poke = inspect.getsource(BaseConsumerSensor.poke)
    assert "_get_node_status(ti, context)" in poke
    assert "_handle_no_dbt_node_status(producer_task_state, try_number, context)" in poke


def test_cosmos_reads_the_attributes_that_are_assigned_after_construction() -> None:
    assert "self.tests_per_model" in inspect.getsource(DbtProducerWatcherOperator)
    assert "self.manifest_path" in inspect.getsource(ProjectConfig)
    assert hasattr(DbtProducerWatcherOperator, "calculate_openlineage_events_completes")


def test_the_group_has_the_task_that_gets_a_name(dag_bag: Any) -> None:
    task = dag_bag.dags["cerebro_restore"].get_task(f"transform.{PRODUCER_DONE_TASK_ID}")
    assert task.task_display_name == "dbt build is done"


def test_dbt_and_each_models_retry_get_the_plan_of_the_run(dag_bag: Any) -> None:
    """Which tables are built again is decided once, before dbt starts."""

    class Ti:
        def xcom_pull(self, task_ids: str) -> Any:
            return {"anything_to_transform": {"rebuild": {"plan": "p", "models": {"a": {"rules": "<1>"}}}}}[task_ids]

    dag = dag_bag.dags["cerebro_restore"]
    for name in ("dbt_producer_watcher", "fact_biometrics", "heroes_history"):
        task = dag.get_task(f"transform.{name}")
        assert "env" in task.template_fields
        assert task.append_env
        rendered = task.render_template(task.env, {"ti": Ti()})
        assert json.loads(rendered["CEREBRO_REBUILD"]) == Ti().xcom_pull("anything_to_transform")["rebuild"]


def private_names(path: Path) -> list[str]:
    """The private modules and names that a file imports from Airflow and Cosmos."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in ("airflow", "cosmos"):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name for name in names if any(part.startswith("_") for part in name.split("."))]
    return found


def test_private_parts_are_imported_in_one_file_only() -> None:
    folders = ("dags", "plugins", "include", "local", "bench")
    users = {
        path.relative_to(REPOSITORY).as_posix()
        for folder in folders
        for path in (REPOSITORY / folder).rglob("*.py")
        if private_names(path)
    }
    assert users == {INTERNALS}
