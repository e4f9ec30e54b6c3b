"""A listener that imports what every task needs in the process that tasks are forked from.

A task of the LocalExecutor is a fork of the scheduler, and a DAG file is read in a fork of the DAG processor. Each
imports whatever its parent has not, again and again. With this listener, and without a search for docstrings, a run of
46 tasks took 45 s of processor time instead of 63 s, on a busy machine.

Libraries are imported in both. Our own packages are imported in the scheduler alone, where each task looks whether one
of their files has changed, and then imports them anew: a change needs no restart (docs/decisions/0069).
"""

from __future__ import annotations

import importlib
import logging
import sys
from pathlib import Path

from airflow.configuration import conf
from airflow.listeners import hookimpl

log = logging.getLogger(__name__)

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

# What dags/cerebro_restore.py imports of ours.
OWN_MODULES = (
    "include.cerebro.checking.tasks",
    "include.cerebro.landing.tasks",
    "include.cerebro.loading.tasks",
    "include.cerebro.notifications.callbacks",
    "include.cerebro.orchestration.retries",
    "include.cerebro.page.tasks",
    "include.cerebro.schema.tasks",
    "include.cerebro.transforming.task_group",
    "include.cerebro.transforming.tasks",
)

# The files of our modules that were imported here, by module, and when each was last changed. A fork has it, too.
_imported: dict[str, tuple[Path, int]] = {}


@hookimpl
def on_starting(component: object) -> None:  # noqa: ARG001 - the name that Airflow expects
    """Import the modules, if this process forks. Airflow calls it before the first fork, and in each task."""
    if sys.argv[1:2] and sys.argv[1] in FORKING:
        for name in MODULES:
            importlib.import_module(name)
    if sys.argv[1:2] == ["scheduler"]:
        if not _imported:
            _import_own()
            _keep_dbt_imported()
        elif any(_changed_at(file) != changed_at for file, changed_at in _imported.values()):
            log.info("Our own modules have changed since the scheduler imported them: this task imports them anew.")
            for name in _imported:
                _forget(name)


def _import_own() -> None:
    before = set(sys.modules)
    try:
        for name in OWN_MODULES:
            importlib.import_module(name)
    finally:
        # If one of them is broken, the tasks say so, and the others may change all the same.
        for name in sys.modules.keys() - before:
            if name.startswith("include.") and (file := sys.modules[name].__file__):
                _imported[name] = Path(file), _changed_at(Path(file))


def _keep_dbt_imported() -> None:
    # Imported here, so that a change of theirs is seen.
    from include.cerebro.orchestration import dbt_fork_server
    from include.cerebro.platform.settings import read_settings

    settings = read_settings()
    if settings.preload_dbt and "LocalExecutor" in conf.get("core", "executor"):
        dbt_fork_server.start(settings.dbt_executable)


def _forget(name: str) -> None:
    """Make the next import of a module read its file, however it is imported."""
    package, _, last = name.rpartition(".")
    if package in sys.modules:
        vars(sys.modules[package]).pop(last, None)
    sys.modules.pop(name, None)


def _changed_at(file: Path) -> int:
    """Return when a file was last changed, in nanoseconds; 0 if it is gone."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
