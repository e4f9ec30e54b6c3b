"""dbt as Airflow tasks: how Cosmos turns every model of include/dbt into a task of its own.

Mode WATCHER: one dbt process builds and tests the project, and each model's task follows it. A model that failed is run
again by its own task's retry, alone. The manifest is made ahead (``make setup``, or in the image), so that reading a
DAG file never calls dbt.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from airflow.sdk import Asset
from cosmos import DbtTaskGroup, ExecutionConfig, ProfileConfig, ProjectConfig, RenderConfig
from cosmos.constants import (
    PRODUCER_WATCHER_TASK_ID,
    DbtResourceType,
    ExecutionMode,
    InvocationMode,
    LoadMode,
    TestBehavior,
)
from cosmos.dbt.graph import DbtNode
from cosmos.profiles import PostgresUserPasswordProfileMapping

from include.cerebro.orchestration.assets import table
from include.cerebro.orchestration.links import docs_url
from include.cerebro.platform import settings
from include.cerebro.transforming.manifest import tests_by_model
from include.cerebro.transforming.model_tasks import DbtModelOperator, DbtSnapshotOperator

PRODUCER_DOC = """The one dbt process that builds and tests all models, in the order of what they refer to.

Each model's own task follows it. What dbt says about a model is in that task's log, and in this one's."""


class ManifestMissingError(RuntimeError):
    """dbt's manifest has not been made."""


def transformation(group_id: str, **kwargs: Any) -> DbtTaskGroup:
    """Return the task group that builds staging, marts and analytics, one task a model, named after it.

    Raises ManifestMissingError if dbt's manifest has not been made.
    """
    if not settings.DBT_MANIFEST.exists():
        raise ManifestMissingError(f"{settings.DBT_MANIFEST} is missing. Make it with: make setup")
    manifest = json.loads(settings.DBT_MANIFEST.read_text(encoding="utf-8"))
    tests = tests_by_model(manifest)
    project = ProjectConfig(settings.DBT_ROOT, install_dbt_deps=False, manifest_path=settings.DBT_MANIFEST)
    # A plain path: to open Cosmos's own, an ObjectStoragePath, Airflow loads all plugins, the web page's FastAPI with
    # them: reading the DAG's file took 0.90 s instead of 0.64 s.
    project.manifest_path = settings.DBT_MANIFEST
    group = DbtTaskGroup(
        group_id=group_id,
        project_config=project,
        profile_config=ProfileConfig(
            profile_name="cerebro",
            target_name="warehouse",
            profile_mapping=PostgresUserPasswordProfileMapping(
                conn_id=settings.WAREHOUSE_CONN_ID,
                profile_args={
                    "schema": "staging",
                    "role": settings.TRANSFORMER_ROLE,
                    "threads": settings.DBT_THREADS,
                },
            ),
        ),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.WATCHER,
            # A process of its own: dbt may live in another environment than Airflow.
            invocation_mode=InvocationMode.SUBPROCESS,
            dbt_executable_path=settings.DBT_EXECUTABLE,
            # Data tests run with the models. Unit tests do not: they check the project, not the data, and are CI's.
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
            # The tasks name their assets themselves: names that do not change with the warehouse's address.
            emit_datasets=False,
            node_converters={
                DbtResourceType.MODEL: _tasks(DbtModelOperator, manifest, tests),
                DbtResourceType.SNAPSHOT: _tasks(DbtSnapshotOperator, manifest, tests),
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
    producer = group.children[f"{group_id}.{PRODUCER_WATCHER_TASK_ID}"]
    # Cosmos counts a test to every model that it refers to; here it is the one that it is written under.
    producer.tests_per_model = tests
    # The models' own tasks tell OpenLineage about them, so dbt's artifacts need not be read for it.
    producer.calculate_openlineage_events_completes = _not_calculated
    done = group.children[f"{group_id}.{PRODUCER_WATCHER_TASK_ID}_done"]
    done._task_display_name = "dbt build is done"  # Cosmos makes it itself, and asks for no name
    return group


def _not_calculated(*_: Any) -> bool:
    return False


def _doc(node: dict[str, Any]) -> str:
    """What a model's task shows in its docs panel: the model's description, and the way to its page in the dbt docs."""
    page = docs_url(node["unique_id"])
    source = f"`include/dbt/{node['original_file_path']}`"
    return (
        f"{node['description']}\n\n{source} · [{node['name']} in the dbt docs]({page}) (once `make docs` has made them)"
    )


def _model_name(node: DbtNode) -> str:
    return str(node.name)


def _tasks(operator: type, manifest: dict[str, Any], tests: dict[str, list[str]]) -> Callable[..., Any]:
    """Return what makes the task of one model or snapshot, as Cosmos's ``node_converters`` want it.

    The task makes the asset of its own table from the assets of the tables that the model reads.
    """
    tables = manifest["nodes"] | manifest["sources"]

    def asset(unique_id: str) -> Asset:
        return table(tables[unique_id]["schema"], tables[unique_id]["name"])

    def task(*, dag: Any, task_group: Any, node: DbtNode, task_args: dict[str, Any], **_: Any) -> Any:
        own = {"has_tests": node.unique_id in tests} if operator is DbtModelOperator else {}
        return operator(
            task_id=node.name,
            task_display_name=node.name,
            dag=dag,
            task_group=task_group,
            select=node.name,
            inlets=[asset(parent) for parent in node.depends_on if parent in tables],
            outlets=[asset(node.unique_id)],
            doc_md=_doc(tables[node.unique_id]),
            extra_context={"dbt_node_config": node.context_dict, "package_name": node.package_name},
            **own,
            **task_args,
        )

    return task
