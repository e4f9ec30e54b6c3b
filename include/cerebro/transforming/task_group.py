"""The task group that runs dbt: Cosmos turns every model of include/dbt into a task of its own.

In mode WATCHER one dbt process builds and tests the project, and each model's task follows it. A failed model is built
again by its own task's retry, alone. The manifest is built ahead (``make setup``, or in the image), so that reading a
DAG file never calls dbt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Asset, BaseOperator, TaskGroup, get_parsing_context
from cosmos import DbtTaskGroup, ExecutionConfig, RenderConfig
from cosmos.constants import (
    DbtResourceType,
    ExecutionMode,
    InvocationMode,
    LoadMode,
    TestBehavior,
)
from cosmos.dbt.graph import DbtNode

from include.cerebro.orchestration.assets import table
from include.cerebro.orchestration.links import docs_url
from include.cerebro.platform.names import DBT_ROOT
from include.cerebro.platform.settings import read_settings
from include.cerebro.transforming.cosmos_internals import adjust_producer, project_config
from include.cerebro.transforming.manifest import longest_chains, tests_by_model
from include.cerebro.transforming.model_tasks import DbtModelOperator, DbtSnapshotOperator
from include.cerebro.transforming.plan import VARIABLE
from include.cerebro.transforming.profile import profile_config

# Which tables are built again from the start: the plan of the task before says so, to dbt and to each model's retry.
REBUILD = "{{ (ti.xcom_pull(task_ids='anything_to_transform') or {}).get('rebuild', {}) | tojson }}"

# Priorities of the models' tasks: that of a model which nothing waits for, and how much more one may have. That of the
# dbt process is 20.
LEAST_PRIORITY = 2
MOST_WAITING = 17

PRODUCER_DOC = """The one dbt process that builds and tests all models, in the order of what they refer to.

Each model's own task follows it. dbt's messages about a model are in that task's log, and in this one's."""


class ManifestMissingError(RuntimeError):
    """dbt's manifest has not been built."""


def transformation(group_id: str, **kwargs: Any) -> DbtTaskGroup:
    """Return the task group that builds staging, marts and analytics, one task a model, named after it.

    Args:
        group_id: the group's id.
        **kwargs: further arguments of Airflow's task group.

    Raises:
        ManifestMissingError: dbt's manifest has not been built.
    """
    settings = read_settings()
    if not settings.dbt_manifest.exists():
        raise ManifestMissingError(f"{settings.dbt_manifest} is missing. Build it with: make setup")
    manifest = json.loads(settings.dbt_manifest.read_text(encoding="utf-8"))
    tests = tests_by_model(manifest)
    needed = nodes_needed(manifest, group_id, get_parsing_context().task_id)
    group = DbtTaskGroup(
        group_id=group_id,
        project_config=project_config(DBT_ROOT, settings.dbt_manifest, {VARIABLE: REBUILD}),
        profile_config=profile_config(settings),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER,
            # A process of its own: dbt may be in another environment than Airflow.
            invocation_mode=InvocationMode.SUBPROCESS,
            dbt_executable_path=settings.dbt_executable,
            # Data tests run with the models. Unit tests check the project, not the data: they run in CI.
            setup_operator_args={
                "dbt_cmd_flags": ["--resource-type", "test"],
                "task_display_name": "dbt build",
                "doc_md": PRODUCER_DOC,
            },
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            # No tasks for tests: a model's own task waits for them.
            test_behavior=TestBehavior.NONE,
            normalize_task_id=_model_name,
            # The tasks name their assets themselves, by names that do not depend on the warehouse's address.
            emit_datasets=False,
            node_converters={
                DbtResourceType.MODEL: _tasks(DbtModelOperator, manifest, tests, needed),
                DbtResourceType.SNAPSHOT: _tasks(DbtSnapshotOperator, manifest, tests, needed),
            },
        ),
        operator_args={
            # Not deferrable: a deferral of a few seconds costs more than it saves, and Airflow 3.3.2 loses some.
            "deferrable": False,
            "poke_interval": 1,
            "retries": 2,
            "retry_delay": timedelta(seconds=5),
        },
        **kwargs,
    )
    adjust_producer(group, tests)
    return group


def nodes_needed(manifest: Mapping[str, Any], group_id: str, task_id: str | None) -> Set[str]:
    """Return the unique ids of the nodes whose tasks are made when the DAG file is read.

    The process of each task reads the DAG file again. That of a model makes this model's task and, so that Airflow and
    OpenLineage know its neighbours, theirs: 0.05 s less of the 0.13 s of processor time that all tasks take.

    Args:
        manifest: dbt's manifest.
        group_id: the task group of the models.
        task_id: the task that the file is read for; none if it is read for the DAG.
    """
    nodes = manifest["nodes"]
    for unique_id, node in nodes.items():
        if node["resource_type"] in ("model", "snapshot") and task_id == f"{group_id}.{node['name']}":
            return {unique_id, *manifest["parent_map"][unique_id], *manifest["child_map"][unique_id]}
    return set(nodes)


def _doc(node: dict[str, Any]) -> str:
    """Return the docs of a model's task: the model's description, and links to its source and its dbt docs."""
    page = docs_url(node["unique_id"])
    source = f"`include/dbt/{node['original_file_path']}`"
    link = f"[{node['name']} in the dbt docs]({page})"
    return f"{node['description']}\n\n{source} · {link} (once `make docs` has built them)"


def _model_name(node: DbtNode) -> str:
    return str(node.name)


def _tasks(
    operator: type[BaseOperator], manifest: dict[str, Any], tests: dict[str, list[str]], needed: Set[str]
) -> Callable[..., BaseOperator | None]:
    """Return a converter from one model or snapshot to its task, if it is needed, for Cosmos' ``node_converters``.

    The task's outlet is the asset of its own table; its inlets are those of the tables that the model reads.
    """
    tables = manifest["nodes"] | manifest["sources"]
    chains = longest_chains(manifest)

    def asset(unique_id: str) -> Asset:
        return table(tables[unique_id]["schema"], tables[unique_id]["name"])

    def task(
        *, dag: DAG, task_group: TaskGroup, node: DbtNode, task_args: dict[str, Any], **_: object
    ) -> BaseOperator | None:
        if node.unique_id not in needed:
            return None
        own: dict[str, Any] = {"has_tests": node.unique_id in tests} if operator is DbtModelOperator else {}
        return operator(
            task_id=node.name,
            task_display_name=node.name,
            dag=dag,
            task_group=task_group,
            select=node.name,
            inlets=[asset(parent) for parent in node.depends_on if parent in tables],
            outlets=[asset(node.unique_id)],
            # Of the models that are ready, those that most others wait for first: the last ones decide when it is over.
            **{**task_args, "priority_weight": LEAST_PRIORITY + min(chains[node.unique_id], MOST_WAITING)},
            doc_md=_doc(tables[node.unique_id]),
            extra_context={"dbt_node_config": node.context_dict, "package_name": node.package_name},
            **own,
        )

    return task
