"""A listener that imports what every task needs in the process that tasks are forked from.

A task of the LocalExecutor is a fork of the scheduler, and a DAG file is read in a fork of the DAG processor. Each
imports whatever its parent has not, again and again. With this listener, and without a search for docstrings, a run of
46 tasks took 45 s of processor time instead of 63 s, on a busy machine.

The libraries alone are imported here. Our own packages are not, so that a change of them needs no restart.
"""

from __future__ import annotations

import importlib
import sys

from airflow.listeners import hookimpl

# The subcommands of Airflow whose processes fork for each task or DAG file.
FORKING = ("scheduler", "dag-processor")

# What DAG files and tasks import. None of them starts a thread when it is imported, which a fork would not have; DuckDB
# does, and is left to the load tasks.
MODULES = (
    "airflow.dag_processing.dagbag",
    "airflow.providers.amazon.aws.assets.s3",
    "airflow.providers.amazon.aws.hooks.base_aws",
    "airflow.providers.postgres.assets.postgres",
    "airflow.providers.standard.decorators.python",
    "airflow.providers.standard.decorators.short_circuit",
    "airflow.sdk.execution_time.task_runner",
    "boto3.s3.transfer",
    "cosmos.airflow.graph",
    "cosmos.airflow.task_group",
    "cosmos.converter",
    "cosmos.operators._watcher.aggregation",
    "cosmos.operators.watcher",
    "cosmos.profiles",
    "psycopg2",
    "pydantic_settings",
)


@hookimpl
def on_starting(component: object) -> None:  # noqa: ARG001 - the name that Airflow expects
    """Import the modules, if this process forks. Airflow calls it before the first fork, and in each task."""
    if sys.argv[1:2] and sys.argv[1] in FORKING:
        for name in MODULES:
            importlib.import_module(name)
