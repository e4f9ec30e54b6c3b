"""What the processes which fork import once."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from include.cerebro.orchestration import dbt_fork_server
from include.cerebro.orchestration.preload import MODULES
from local.settings import REPOSITORY

# What a test runs in a process that was started as Airflow's are. Its first argument is Airflow's subcommand.
START = """
import contextlib, json, os, sys
from airflow.listeners.listener import get_listener_manager

files = []
sys.addaudithook(lambda event, arguments: event == "open" and files.append(str(arguments[0])))
sys.argv[0] = "airflow"
manager = get_listener_manager()
del files[:]
before = set(sys.modules)
with contextlib.suppress(ZeroDivisionError):  # Airflow logs what a listener raises, and goes on.
    manager.hook.on_starting(component=None)
ours = sorted(name for name in set(sys.modules) - before if name.startswith("include."))
"""
STATE = """
print(json.dumps({"threads": len(os.listdir("/proc/self/task")), "ours": ours, "all": [*sys.modules], "files": files}))
"""


def start(subcommand: str, home: Path, then: str = STATE, root: Path = REPOSITORY, **variables: str) -> Any:
    """Start a process as Airflow does, and run a program in it; return the JSON that it prints last."""
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(root / "plugins"),
        "CEREBRO_PRELOAD_DBT": "false",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "PYTHONPATH": str(root),
        **variables,
    }
    command = [sys.executable, "-c", START + then, subcommand]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True, cwd=root)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("subcommand", ["scheduler", "dag-processor"])
def test_a_process_that_forks_has_the_libraries_and_no_thread(subcommand: str, tmp_path: Path) -> None:
    """A thread's locks would stay locked in a fork for ever."""
    state = start(subcommand, tmp_path)
    assert state["threads"] == 1
    assert set(MODULES) <= set(state["all"])


def test_other_processes_do_not_pay_for_them(tmp_path: Path) -> None:
    state = start("triggerer", tmp_path)
    assert "cosmos.converter" not in state["all"]
    assert state["ours"] == []


def test_the_dag_processor_has_none_of_our_modules(tmp_path: Path) -> None:
    """It calls no listener in the process that reads a DAG file, which could not see that one of them has changed."""
    assert start("dag-processor", tmp_path)["ours"] == []


def test_a_task_of_the_main_job_imports_nothing_of_ours_again(tmp_path: Path) -> None:
    dag_file = REPOSITORY / "dags" / "cerebro_restore.py"
    then = f"""
from importlib.util import module_from_spec, spec_from_file_location
spec = spec_from_file_location("dag_file", {str(dag_file)!r})
before = set(sys.modules)
spec.loader.exec_module(module_from_spec(spec))
print(json.dumps(sorted(name for name in set(sys.modules) - before if name.startswith("include."))))
"""
    assert start("scheduler", tmp_path, then) == []


def test_importing_our_modules_reads_no_other_file_of_ours(tmp_path: Path) -> None:
    """A task looks for changes of modules alone. (The landing zones are read for their watchers, which no task has.)"""
    files = [Path(name) for name in start("scheduler", tmp_path)["files"]]
    ours = {name for name in files if name.is_relative_to(REPOSITORY) and ".venv" not in name.parts}
    assert {name.suffix for name in ours} <= {".py", ".pyc"}


@pytest.mark.parametrize(
    ("subcommand", "variables", "is_started"),
    [
        ("scheduler", {}, True),
        ("scheduler", {"CEREBRO_PRELOAD_DBT": "false"}, False),
        ("scheduler", {"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor"}, False),
        ("dag-processor", {}, False),
    ],
)
def test_the_scheduler_whose_forks_are_tasks_keeps_dbt_imported(
    subcommand: str, variables: dict[str, str], is_started: bool, tmp_path: Path
) -> None:
    """Once: each task calls the listener again."""
    then = f"""
first = os.environ.get({dbt_fork_server.VARIABLE!r})
manager.hook.on_starting(component=None)
print(json.dumps([first, os.environ.get({dbt_fork_server.VARIABLE!r})]))
"""
    executable = str(Path(sys.executable).with_name("dbt"))
    own = {"CEREBRO_PRELOAD_DBT": "true", "CEREBRO_DBT_EXECUTABLE": executable, **variables}
    first, second = start(subcommand, tmp_path, then, **own)
    assert bool(first) is is_started
    assert second == first


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what Airflow imports, to change."""
    for folder in ("include/cerebro", "plugins"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    shutil.copy(REPOSITORY / "include" / "__init__.py", tmp_path / "include")
    return tmp_path


def test_a_task_sees_a_change_without_a_restart(checkout: Path, tmp_path: Path) -> None:
    """However it imports the module, and whether a plugin has imported the module's package before or not."""
    then = """
for name in ("orchestration/retries", "platform/names", "transforming/plan"):
    with open("include/cerebro/" + name + ".py", "a") as file:
        file.write("WORDS = 'changed'")
manager.hook.on_starting(component=None)
import include.cerebro.transforming.plan as plan
from include.cerebro.orchestration import retries
from include.cerebro.platform.names import WORDS
print(json.dumps([plan.WORDS, retries.WORDS, WORDS]))
"""
    assert start("scheduler", tmp_path, then, checkout) == ["changed"] * 3


def test_a_task_keeps_what_has_not_changed(tmp_path: Path) -> None:
    then = """
kept = {name: sys.modules[name] for name in ours}
manager.hook.on_starting(component=None)
print(json.dumps([name for name in ours if sys.modules.get(name) is not kept[name]]))
"""
    assert start("scheduler", tmp_path, then) == []


def test_a_broken_module_is_left_to_the_tasks(checkout: Path, tmp_path: Path) -> None:
    """Each task says what is wrong with it, until it is repaired, and sees changes of the others."""
    plan = checkout / "include/cerebro/transforming/plan.py"
    text = plan.read_text(encoding="utf-8")
    plan.write_text("1 / 0", encoding="utf-8")
    then = f"""
assert "include.cerebro.platform.names" in ours and "include.cerebro.transforming.plan" not in ours
with open("include/cerebro/transforming/plan.py", "w") as file:
    file.write({text!r})
with open("include/cerebro/platform/names.py", "a") as file:
    file.write("WORDS = 'changed'")
manager.hook.on_starting(component=None)
from include.cerebro.platform.names import WORDS
from include.cerebro.transforming.plan import Plan
print(json.dumps(WORDS))
"""
    assert start("scheduler", tmp_path, then, checkout) == "changed"
