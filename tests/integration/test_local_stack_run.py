"""`make run` on the real scheduler: in a clone of a user whose environment is hostile, and with a task that fails."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from local.processes import find
from local.settings import REPOSITORY
from local.state import State
from testing.environment import HOSTILE
from testing.services import settings_apart

pytestmark = pytest.mark.timeout(600)

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


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What git tracks or would track, at a path that programs read in their own way, with all packages installed."""
    folder = tmp_path / "100 %s done"
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / name, folder / name)
    (folder / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (folder / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    tools = folder / ".local" / "tools" / "bin"
    tools.mkdir(parents=True)
    # They are newer than what make compares them with, so that nothing is installed.
    for stamp in (tools / "uv", folder / ".venv" / ".installed", folder / ".venv" / ".project"):
        stamp.touch()
    return folder


@pytest.mark.long
def test_a_hostile_environment_does_not_disturb_make_run(clone: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("CEREBRO_", "PYTEST"))}
    hostile = HOSTILE | {"PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere", "HOME": "/dev/null", "CDPATH": "/"}
    done = subprocess.run(
        ["make", "run"],
        cwd=clone,
        env=environment | hostile,
        capture_output=True,
        text=True,
        timeout=540,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-5000:]
    assert "Everything is green." in done.stdout
    assert (clone / "include/dbt/target/manifest.json").stat().st_size > 0
    assert stat.S_IMODE((clone / ".local").stat().st_mode) == 0o700
    assert find(str(clone / ".local")) == []
