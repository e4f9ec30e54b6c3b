"""What deploy/mwaa/bundle writes, laid out as Amazon MWAA does: the DAGs and the plugins are read from there alone."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]

# In a process of its own: Airflow reads its home from the environment when it is imported.
SCRIPT = """
import json, os, sys

# The project's own folder, which an editable install adds.
sys.path = [path for path in sys.path if not os.path.exists(os.path.join(path, "include", "cerebro"))]

from airflow import plugins_manager
from airflow.dag_processing.dagbag import DagBag

plugins = [plugin["name"] for plugin in plugins_manager.get_plugin_info()]
import include
bag = DagBag()
print(json.dumps({
    "plugins": sorted(name for name in plugins if name.startswith("cerebro")),
    "errors": bag.import_errors,
    "dags": sorted(bag.dags),
    "include": include.__file__,
}))
"""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mwaa") / "bundle"
    subprocess.run([REPOSITORY / "deploy" / "mwaa" / "bundle", folder], check=True, capture_output=True)
    return folder


def test_the_dags_and_the_plugins_need_nothing_else(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle / "plugins.zip") as archive:
        archive.extractall(tmp_path / "plugins")
    (tmp_path / "dags").symlink_to(bundle / "dags")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd="/",
        env=environment | {"AIRFLOW_HOME": str(tmp_path), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["errors"] == {}
    assert found["plugins"] == ["cerebro_deadlines", "cerebro_page", "cerebro_preload"]
    assert {"cerebro_restore", "cerebro_sample_data"} <= set(found["dags"])
    assert Path(found["include"]).is_relative_to(tmp_path)


def test_the_startup_script_is_one(bundle: Path) -> None:
    subprocess.run(["sh", "-n", bundle / "startup.sh"], check=True)
    script = (bundle / "startup.sh").read_text()
    assert "--require-hashes" in script
    assert "dbt-core==" in script


def test_the_requirements_leave_airflow_to_the_platform(bundle: Path) -> None:
    lines = (bundle / "requirements.txt").read_text().splitlines()
    assert lines[0].startswith('--constraint "https://')
    assert not any(line.startswith("apache-airflow==") for line in lines)
    assert any(line.startswith("astronomer-cosmos==") for line in lines)
