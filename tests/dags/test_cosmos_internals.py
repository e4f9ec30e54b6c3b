"""The private parts of Cosmos and Airflow that this project rests on, by name.

When one of these fails after an upgrade, ``include/cerebro/transforming/cosmos_internals.py`` is the file to change.
"""

import ast
import copy
import inspect
import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowException
from cosmos import ProjectConfig
from cosmos.constants import PRODUCER_WATCHER_TASK_ID
from cosmos.operators._watcher import aggregation, state
from cosmos.operators._watcher.base import BaseConsumerSensor, store_dbt_resource_status_from_log
from cosmos.operators.watcher import DbtProducerWatcherOperator, DbtRunWatcherOperator, DbtSnapshotWatcherOperator

from include.cerebro.platform.settings import read_settings
from include.cerebro.transforming import cosmos_internals
from include.cerebro.transforming.cosmos_internals import BACKUP_INTERVAL, PRODUCER_DONE_TASK_ID, Reporter

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
        # A model's task needs it for a retry alone.
        assert ("env" in task.template_fields) == (name == "dbt_producer_watcher")
        assert task.append_env
        rendered = task.render_template(task.env, {"ti": Ti()})
        assert json.loads(rendered["CEREBRO_REBUILD"]) == Ti().xcom_pull("anything_to_transform")["rebuild"]


@pytest.mark.parametrize("name", ["fact_biometrics", "heroes_history"])
def test_a_models_retry_renders_the_environment(name: str, dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ti:
        try_number = 2

        def xcom_pull(self, task_ids: str, **_: str) -> Any:
            return {"anything_to_transform": {"rebuild": {"plan": "p"}}}.get(task_ids)

    task = copy.copy(dag_bag.dags["cerebro_restore"].get_task(f"transform.{name}"))
    built = []
    monkeypatch.setattr(type(task), "build_and_run_cmd", lambda self, *_, **__: built.append(self.env))
    assert task._fallback_to_non_watcher_run(2, {"ti": Ti()})
    assert [json.loads(env["CEREBRO_REBUILD"]) for env in built] == [{"plan": "p"}]


class Producer:
    """The task instance of the producer, as far as Cosmos' parser of dbt's messages knows it."""

    def __init__(self) -> None:
        self.pushed: list[tuple[str, Any]] = []
        self._cosmos_xcom_backup_buffer: dict[str, Any] = {}
        self._cosmos_xcom_persist_incrementally = True
        self._cosmos_xcom_backup_var_key = "backup"

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed.append((key, value))


def built(name: str, status: str = "success") -> str:
    node = {"unique_id": f"model.cerebro.{name}", "node_status": status, "resource_type": "model",
            "node_path": f"marts/{name}.sql"}  # fmt: skip
    return json.dumps({"info": {"name": "LogModelResult", "msg": "OK"}, "data": {"node_info": node}})


def test_a_model_is_reported_by_one_request_and_all_reports_are_backed_up_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two requests a model, and a backup of all reports with each: dbt's end was seen seconds late."""
    compiled = tmp_path / "target" / "compiled" / "cerebro" / "models" / "marts"
    compiled.mkdir(parents=True)
    (compiled / "one.sql").write_text("select 1\n")
    (compiled / "two.sql").write_text("select 2\n")
    backups: list[set[str]] = []
    monkeypatch.setattr(cosmos_internals, "_persist_backup", lambda _, buffer: backups.append(set(buffer)))
    now = [100.0]
    monkeypatch.setattr(cosmos_internals.time, "monotonic", lambda: now[0])
    producer = Producer()
    extra = {"context": {"ti": producer}, "project_dir": str(tmp_path)}
    parse = partial(store_dbt_resource_status_from_log, should_generate_model_uris=False)
    report = Reporter(parse)
    report(built("one", "started"), extra)
    report("no JSON", extra)
    assert producer.pushed == []
    report(built("one"), extra)
    now[0] += BACKUP_INTERVAL
    report(built("two"), extra)
    keys = [f"model__cerebro__{name}_status" for name in ("one", "two")]
    assert producer.pushed == [
        (keys[0], {"status": "success", "outlet_uris": [], "compiled_sql": "select 1"}),
        (keys[1], {"status": "success", "outlet_uris": [], "compiled_sql": "select 2"}),
    ]
    assert backups == [set(), set(keys)]
    # What a retry of the producer restores has the SQL, too.
    assert producer._cosmos_xcom_backup_buffer == dict(producer.pushed)


def test_the_producer_of_the_dag_reports_that_way(dag_bag: Any) -> None:
    producer = dag_bag.dags["cerebro_restore"].get_task(f"transform.{PRODUCER_WATCHER_TASK_ID}")
    assert isinstance(producer._make_parse_callable(), Reporter)
    assert "self._make_parse_callable()" in inspect.getsource(DbtProducerWatcherOperator.run_subprocess)


def test_a_task_runs_dbt_by_the_method_that_is_overridden() -> None:
    for operator in (DbtProducerWatcherOperator, DbtRunWatcherOperator, DbtSnapshotWatcherOperator):
        assert parameters(operator.run_subprocess)[:4] == ["self", "command", "env", "cwd"]
    assert "if project_dir:" in inspect.getsource(store_dbt_resource_status_from_log)
    assert parameters(BaseConsumerSensor._cache_compiled_sql) == ["self", "ti", "context"]
    assert parameters(BaseConsumerSensor._log_startup_events) == ["self", "ti"]
    assert parameters(BaseConsumerSensor._fallback_to_non_watcher_run) == ["self", "try_number", "context"]


def test_a_models_task_asks_once_if_its_model_is_built(dag_bag: Any) -> None:
    report = {"status": "success", "outlet_uris": [], "compiled_sql": "select 1"}
    asked = []

    class Ti:
        try_number = 1

        def xcom_pull(self, _: str, key: str) -> Any:
            asked.append(key)
            return report

    task = copy.copy(dag_bag.dags["cerebro_restore"].get_task("transform.dim_missions"))
    assert not task.has_tests
    assert task.poke({"ti": Ti()})
    assert asked == ["model__cerebro__dim_missions_status"]
    assert task.compiled_sql == "select 1"


def reports(name: str, status: str, tests: str | None = None) -> dict[str, Any]:
    """What the producer has reported of a model."""
    key = f"{'snapshot' if name == 'heroes_history' else 'model'}__cerebro__{name}"
    return {f"{key}_status": {"status": status}, f"{key}_tests_status": tests}


class Watched:
    """A model's task while the producer is in a state; what it builds itself is counted."""

    def __init__(self, dag_bag: Any, monkeypatch: pytest.MonkeyPatch, name: str, producer: str) -> None:
        self.task = copy.copy(dag_bag.dags["cerebro_restore"].get_task(f"transform.{name}"))
        self.built: list[int] = []
        monkeypatch.setattr(type(self.task), "_get_producer_task_status", lambda *_: producer)
        monkeypatch.setattr(BaseConsumerSensor, "_fallback_to_non_watcher_run", self._build)

    def _build(self, try_number: int, _: Any) -> bool:
        self.built.append(try_number)
        return True

    def poke(self, try_number: int, reports: dict[str, Any]) -> bool:
        class Ti:
            def __init__(self) -> None:
                self.try_number = try_number

            def xcom_pull(self, _: Any = None, key: str = "", **__: Any) -> Any:
                return reports.get(key)

        return bool(self.task.poke({"ti": Ti()}))


@pytest.mark.parametrize("producer", ["running", "up_for_retry"])
@pytest.mark.parametrize(
    "reported",
    [
        ("dim_missions", "error"),
        ("fact_biometrics", "error"),
        ("obt_cerebro_restored", "success", "fail"),
        ("heroes_history", "error"),
    ],
)
def test_a_retry_builds_a_model_that_dbt_has_failed_to_build_at_any_time(
    reported: tuple[str, ...], producer: str, dag_bag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the producer was at work with other models, a retry failed by the old report, and built nothing."""
    watched = Watched(dag_bag, monkeypatch, reported[0], producer)
    with pytest.raises(AirflowException, match="finished with status"):
        watched.poke(1, reports(*reported))
    assert watched.built == []
    assert watched.poke(2, reports(*reported))
    assert watched.poke(3, reports(*reported))
    assert watched.built == [2, 3]


def test_a_retry_waits_for_a_model_that_dbt_has_yet_to_build(dag_bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first try was killed, for example."""
    name = "obt_cerebro_restored"
    watched = Watched(dag_bag, monkeypatch, name, "running")
    assert not watched.poke(2, {})
    assert not watched.poke(2, reports(name, "success")), "its tests have not ended"
    assert watched.poke(2, reports(name, "success", "pass"))
    assert watched.built == []


def skipped(name: str) -> list[str]:
    """dbt's messages about a model that it skips because one before it has failed."""
    node = {"unique_id": f"model.cerebro.{name}", "node_status": "skipped", "resource_type": "model",
            "node_path": f"marts/{name}.sql"}  # fmt: skip
    return [
        json.dumps({"info": {"name": event, "msg": "SKIP"}, "data": {"node_info": node}})
        for event in ("SkippingDetails", "NodeFinished")
    ]


@pytest.mark.parametrize("producer", ["running", "up_for_retry", "skipped"])
def test_a_model_that_dbt_skipped_is_built_by_its_own_task_once_those_before_it_are(
    producer: str, tmp_path: Path, dag_bag: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cosmos_internals, "_persist_backup", lambda *_: None)
    reporting = Producer()
    parse = partial(
        store_dbt_resource_status_from_log, should_generate_model_uris=False, upstream_failure_skipped_ids=set()
    )
    report = Reporter(parse)
    for line in skipped("bridge_mission_heroes"):
        report(line, {"context": {"ti": reporting}, "project_dir": str(tmp_path)})

    watched = Watched(dag_bag, monkeypatch, "bridge_mission_heroes", producer)
    assert watched.poke(1, dict(reporting.pushed))
    assert watched.built == [1]


def test_a_models_task_starts_when_those_of_all_models_before_it_are_green(dag_bag: Any) -> None:
    """So a task never builds a model while one before it fails."""
    manifest = json.loads(read_settings().dbt_manifest.read_text(encoding="utf-8"))
    dag = dag_bag.dags["cerebro_restore"]
    models = {
        unique_id: node["name"]
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "snapshot")
    }
    for unique_id, name in models.items():
        task = dag.get_task(f"transform.{name}")
        before = {f"transform.{models[parent]}" for parent in manifest["parent_map"][unique_id] if parent in models}
        assert before <= task.upstream_task_ids
        assert task.trigger_rule == "all_success"


def test_the_longest_chain_of_models_goes_first(dag_bag: Any) -> None:
    dag = dag_bag.dags["cerebro_restore"]
    for task in dag.task_group.get_child_by_label("transform").children.values():
        later = [it for it in task.get_direct_relatives() if it.task_id.startswith("transform.")]
        assert all(task.priority_weight > it.priority_weight for it in later if "dbt_producer" not in it.task_id)
    assert dag.get_task("transform.hulk_factor").priority_weight == 2


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
