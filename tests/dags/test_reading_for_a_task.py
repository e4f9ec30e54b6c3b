"""The process of a task reads the DAG file for that task: what it may leave out, and what it may not."""

from collections.abc import Callable
from typing import Any

import pytest
from airflow.sdk import DAG

from include.cerebro.transforming import task_group

# A root, one in the middle, a snapshot, one that most depend on, a leaf.
MODELS = ["int_positions", "fact_biometrics", "heroes_history", "int_stale_loads", "hulk_factor"]


@pytest.fixture
def restore(dag_bag: Any) -> Any:
    return dag_bag.dags["cerebro_restore"]


@pytest.fixture
def read_for(restore: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], DAG]:
    """Read the DAG file as the process of a task does."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk.definitions.context import AirflowParsingContext

    def read(task_id: str) -> DAG:
        context = AirflowParsingContext("cerebro_restore", task_id)
        monkeypatch.setattr(task_group, "get_parsing_context", lambda: context)
        dag = DagBag(dag_folder=restore.fileloc).dags["cerebro_restore"]
        assert isinstance(dag, DAG)
        return dag

    return read


@pytest.mark.parametrize("name", MODELS)
def test_a_models_task_has_all_its_neighbours_and_few_others(
    name: str, restore: Any, read_for: Callable[[str], DAG]
) -> None:
    task_id = f"transform.{name}"
    read, whole = read_for(task_id), restore.get_task(task_id)
    task = read.get_task(task_id)
    assert task.upstream_task_ids == whole.upstream_task_ids
    assert task.downstream_task_ids == whole.downstream_task_ids
    for attribute in ("inlets", "outlets", "select", "trigger_rule", "producer_task_id", "has_tests"):
        assert getattr(task, attribute, None) == getattr(whole, attribute, None), attribute
    models = {each for each in restore.task_ids if each.startswith("transform.") and "dbt_producer" not in each}
    assert models & set(read.task_ids) == {task_id} | (models & (whole.upstream_task_ids | whole.downstream_task_ids))


@pytest.mark.parametrize("task_id", ["anything_to_transform", "transform.dbt_producer_watcher", "publish_answers"])
def test_every_other_task_has_all_models(task_id: str, restore: Any, read_for: Callable[[str], DAG]) -> None:
    """anything_to_transform skips them; dbt counts their tests."""
    read = read_for(task_id)
    assert read.task_ids == restore.task_ids
    assert read.get_task(task_id).downstream_task_ids == restore.get_task(task_id).downstream_task_ids
