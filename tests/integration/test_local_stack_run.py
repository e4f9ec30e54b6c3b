"""`make run` on the real scheduler, with two tiny DAGs in the place of the real ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.processes import find
from local.settings import REPOSITORY
from local.state import State
from testing.services import settings_apart

pytestmark = pytest.mark.timeout(300)

DAGS = """
from airflow.sdk import Asset, chain, dag, task

LANDING_ZONE = Asset("landing_zone_of_this_test")


@dag(schedule=None)
def cerebro_sample_data():
    @task(outlets=[LANDING_ZONE])
    def write():
        pass

    write()


@dag(schedule=[LANDING_ZONE])
def cerebro_restore():
    @task
    def load(batch):
        print("batch", batch)

    @task
    def check():
        raise ValueError("7 readings are missing")

    chain(load.expand(batch=[1, 2]), check())


cerebro_sample_data()
cerebro_restore()
"""


def test_failed_task_is_named_with_its_log_and_nothing_stays_behind(tmp_path: Path) -> None:
    dags, state = tmp_path / "dags", tmp_path / "state"
    dags.mkdir()
    (dags / "tiny.py").write_text(DAGS)
    settings = settings_apart(state).model_copy(update={"dags_folder": dags})
    done = subprocess.run(
        [sys.executable, "-m", "local", "run"],
        cwd=REPOSITORY,
        env=os.environ | settings.environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "load [0]: done" in done.stdout
    assert "load [1]: done" in done.stdout
    assert "cerebro_restore: check failed" in done.stdout
    assert "ValueError: 7 readings are missing" in done.stdout
    assert "clear check" in done.stdout
    assert find(str(state.resolve())) == []
    assert not State(state).env_file.exists()
