"""The libraries that the processes which fork import once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from include.cerebro.orchestration.preload import MODULES
from local.settings import REPOSITORY

START = """
import os, sys
sys.argv = ["airflow", *sys.argv[1:]]
from airflow.listeners.listener import get_listener_manager
manager = get_listener_manager()
before = set(sys.modules)
manager.hook.on_starting(component=None)
ours = [name for name in set(sys.modules) - before if name.startswith("include.")]
print(len(os.listdir("/proc/self/task")), ours, *sys.modules)
"""


def start(subcommand: str, home: Path) -> list[str]:
    """Start a process as Airflow does; return its number of threads, which of our modules were imported, and all."""
    environment = os.environ | {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
        "PYTHONPATH": str(REPOSITORY),
    }
    command = [sys.executable, "-c", START, subcommand]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.splitlines()[-1].split()


@pytest.mark.parametrize("subcommand", ["scheduler", "dag-processor"])
def test_a_process_that_forks_has_the_libraries_and_no_thread(subcommand: str, tmp_path: Path) -> None:
    """A thread's locks would stay locked in a fork for ever. A package of ours would hide its changes from tasks."""
    threads, ours, *modules = start(subcommand, tmp_path)
    assert (threads, ours) == ("1", "[]")
    assert set(MODULES) <= set(modules)


def test_other_processes_do_not_pay_for_them(tmp_path: Path) -> None:
    assert "cosmos.converter" not in start("triggerer", tmp_path)
