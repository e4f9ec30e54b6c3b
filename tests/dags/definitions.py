"""All definitions as plain values for definitions.yaml: DAGs, tasks and assets, and what the dbt project builds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow.sdk import DAG, Asset


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are set: not None, False or empty."""
    return {name: value for name, value in fields.items() if value is not None and value is not False and value != []}


def plain(serialized: Any) -> Any:
    """Airflow's serialized form without its wrapping; ``type`` is the name of the class."""
    if isinstance(serialized, list):
        return [plain(value) for value in serialized]
    if not isinstance(serialized, dict):
        return serialized
    kind = serialized.get("__type") or serialized.get("__classname__")
    content = serialized.get("__var", serialized.get("__data__", serialized))
    if not isinstance(content, dict):
        return content
    values = {name: plain(value) for name, value in content.items() if not name.startswith("__")}
    return given(type=kind and kind.rsplit(".", 1)[-1], **values)


def callbacks(found: Any) -> list[str]:
    """The callbacks' names, each with the kind of message that it sends."""
    several = found if isinstance(found, list | tuple) else [found] if found else []
    return [f"{type(one).__name__}({one.kind})" if hasattr(one, "kind") else one.__name__ for one in several]


def names(assets: Iterable[Asset]) -> list[str]:
    return sorted(asset.name for asset in assets)


def task(operator: Any) -> dict[str, Any]:
    """A task, mapped or not: Airflow has no type for both with these attributes."""
    return given(
        operator=getattr(operator, "operator_class", type(operator)).__name__,
        name=operator.task_display_name,
        upstream=sorted(operator.upstream_task_ids),
        trigger_rule=None if operator.trigger_rule == "all_success" else operator.trigger_rule.value,
        retries=operator.retries,
        execution_timeout=operator.execution_timeout and str(operator.execution_timeout),
        pool=None if operator.pool == "default_pool" else operator.pool,
        inlets=names(operator.inlets),
        outlets=names(operator.outlets),
        mapped=operator.is_mapped,
        map_index_template=operator.map_index_template,
        links=sorted(link.name for link in operator.operator_extra_links),
        on_failure=callbacks(operator.on_failure_callback),
    )


def dag(found: DAG, serialized: dict[str, Any]) -> dict[str, Any]:
    """A DAG: ``found`` as its file makes it, ``serialized`` as Airflow keeps it."""
    params = found.params.items()  # type: ignore[no-untyped-call]  # Airflow types no method of it
    return given(
        schedule=plain(serialized["timetable"]),
        deadline=plain(serialized.get("deadline")),
        tags=sorted(found.tags),
        catchup=found.catchup,
        max_active_runs=found.max_active_runs,
        paused_upon_creation=found.is_paused_upon_creation,
        on_failure=callbacks(found.on_failure_callback),
        on_success=callbacks(found.on_success_callback),
        params={name: param.schema | default(param.value) for name, param in params} or None,
        tasks={operator.task_id: task(operator) for operator in found.tasks},
    )


def default(value: Any) -> dict[str, Any]:
    """The default of a parameter; nothing for one that has to be given."""
    return {"default": value} if isinstance(value, (str, int, float, bool, list, dict, type(None))) else {}


def assets(dags: Iterable[DAG]) -> dict[str, str]:
    """Every asset that a task reads or writes, with its address."""
    operators = [operator for found in dags for operator in found.tasks]
    return {asset.name: asset.uri for operator in operators for asset in [*operator.inlets, *operator.outlets]}


def columns(node: dict[str, Any]) -> list[str]:
    return [f"{column['name']} {column.get('data_type') or ''}".strip() for column in node["columns"].values()]


def name_of(unique_id: str) -> str:
    return unique_id.split(".", 2)[2]


def dbt(manifest: dict[str, Any]) -> dict[str, Any]:
    """Models and snapshots, sources and exposures of a manifest, with the tests of each."""
    tests: dict[str, list[str]] = defaultdict(list)
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test":
            warns = " (warns)" if node["config"]["severity"].lower() == "warn" else ""
            tests[node.get("attached_node") or "none"].append(node["name"] + warns)
    for unit_test in manifest["unit_tests"].values():
        tests[unit_test["depends_on"]["nodes"][0]].append(f"{unit_test['name']} (unit test)")
    return given(
        models={
            name_of(unique_id): given(
                relation=f"{node['schema']}.{node['alias']}",
                materialized=node["config"]["materialized"],
                strategy=node["config"].get("incremental_strategy") or node["config"].get("strategy"),
                contract=node["config"].get("contract", {}).get("enforced"),
                columns=columns(node),
                tests=sorted(tests[unique_id]),
            )
            for unique_id, node in manifest["nodes"].items()
            if node["resource_type"] in ("model", "snapshot", "seed")
        },
        sources={
            name_of(unique_id): given(columns=columns(node), tests=sorted(tests[unique_id]))
            for unique_id, node in manifest["sources"].items()
        },
        exposures={
            exposure["name"]: given(
                type=exposure["type"], depends_on=sorted(map(name_of, exposure["depends_on"]["nodes"]))
            )
            for exposure in manifest["exposures"].values()
        },
        tests_of_no_model=sorted(tests["none"]),
    )
