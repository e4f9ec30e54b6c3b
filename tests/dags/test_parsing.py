"""Reading a DAG file or a plugin is cheap: it starts no program, uses no network, imports no heavy library."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

# Runs in a fresh interpreter: modules imported earlier would hide the imports of the file.
SPY = """
import importlib.util, sys

# Noted, not raised: the caller might catch an exception.
seen = []

def note(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        seen.append(f"a program is started while the file is read: {arguments[:2]}")
    # AF_UNIX (1) stays on the machine.
    if event in ("socket.connect", "socket.getaddrinfo") and getattr(arguments[0], "family", 2) != 1:
        seen.append(f"the network is used while the file is read: {arguments}")

import airflow.sdk
import croniter  # starts the program `file`; Airflow's own processes have imported it, too
sys.addaudithook(note)
spec = importlib.util.spec_from_file_location("dag_file", sys.argv[1])
spec.loader.exec_module(importlib.util.module_from_spec(spec))
assert not seen, seen
# (boto3 and the Amazon provider's hook come with Airflow's own handling of assets whose address begins with s3:.)
heavy = {"duckdb", "psycopg2", "pandas", "pyarrow", "dbt", "plotly", "include.cerebro.page.content"}
heavy = (heavy | {"airflow.providers.postgres.hooks.postgres"}) & set(sys.modules)
assert not heavy, f"imported while the file is read: {heavy}"
print("read")
"""


FILES = [*sorted(f"dags/{path.name}" for path in (REPOSITORY / "dags").glob("*.py")), "plugins/cerebro_page.py"]


@pytest.mark.parametrize("name", FILES)
def test_reading_a_file_is_cheap(name: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-c", SPY, str(REPOSITORY / name)],
        env=os.environ
        | {
            "AIRFLOW_HOME": str(tmp_path),
            "PYTHONPATH": str(REPOSITORY),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-3000:]
    assert result.stdout.strip().endswith("read")
