"""The test that `astro dev parse` runs: it passes on this project, and fails on a file that cannot be read."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def astro_home(tmp_path: Path) -> Path:
    """A folder laid out as in the image."""
    shutil.copytree(REPOSITORY / "dags", tmp_path / "dags")
    shutil.copytree(REPOSITORY / ".astro", tmp_path / ".astro")
    return tmp_path


def parse(home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", ".astro/test_dag_integrity_default.py"],
        cwd=home,
        env=os.environ
        | {
            "AIRFLOW_HOME": str(home),
            "AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "PYTHONPATH": str(REPOSITORY),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_project_passes(astro_home: Path) -> None:
    result = parse(astro_home)
    assert result.returncode == 0, result.stdout
    assert "2 passed" in result.stdout


def test_a_file_that_cannot_be_read_is_named_and_its_dag_is_missing(astro_home: Path) -> None:
    # Airflow reads only files that mention both "dag" and "airflow".
    (astro_home / "dags" / "cerebro_restore.py").write_text("raise RuntimeError('no such thing')  # an Airflow DAG\n")
    result = parse(astro_home)
    assert result.returncode == 1
    assert "2 failed" in result.stdout
    assert "cerebro_restore.py" in result.stdout
    assert "no such thing" in result.stdout
