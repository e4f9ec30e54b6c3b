"""The time to read the DAG files."""

from __future__ import annotations

import os
import subprocess
import sys

from bench import measure
from bench.context import Bench
from bench.report import Section, at_most
from local.settings import REPOSITORY

NAME = "parse"
TITLE = "Parse"

RUNS = 3

TEXT = """
Each file is read {runs} times, in a fresh process each time. A file that started a program (dbt, for example) or opened
a connection would fail the section. The DAG processor imports Airflow once and forks for each file. A file therefore
costs its own time, and the import of what the DAG processor has when it forks is shown apart. The last column is the
DAG processor's own figure for its last reading, while the scheduler and the API server ran beside it.
"""

# Reading the file fails if it starts a program or opens a connection. AF_UNIX (1) stays on the machine and may be used.
READ = """
import importlib.util, sys, time

def refuse(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        sys.exit(f"The DAG file starts a program while it is read: {arguments[:2]}")
    if event in ("socket.connect", "socket.getaddrinfo") and getattr(arguments[0], "family", 2) != 1:
        sys.exit(f"The DAG file uses the network while it is read: {arguments}")

def clocks():
    return time.perf_counter(), time.process_time()

begin = clocks()
import airflow.dag_processing.manager
import croniter  # It starts the program `file`. Airflow's own processes have imported it, too.
imported = clocks()
sys.addaudithook(refuse)
spec = importlib.util.spec_from_file_location("dag_file", sys.argv[1])
spec.loader.exec_module(importlib.util.module_from_spec(spec))
read = clocks()
print(*(after - before for after, before in zip(imported + read, begin + imported)))
"""


def run(bench: Bench) -> Section:
    """Read each file in fresh processes, and query the DAG processor of a running Airflow for its figures."""
    files = sorted((REPOSITORY / "dags").glob("*.py"))
    seconds: dict[str, list[list[float]]] = {file.stem: [] for file in files}
    for _ in range(RUNS):
        for file in files:
            seconds[file.stem].append(read(bench, str(file)))
    processor = bench.airflow.parse_seconds()
    columns = {name: list(zip(*runs, strict=True)) for name, runs in seconds.items()}
    return Section(
        NAME,
        TITLE,
        TEXT.format(runs=RUNS),
        ("file", "import of airflow.sdk s", "file s", "file CPU s", "DAG processor s"),
        [
            (
                name,
                measure.median_and_range(column[0], 2),
                measure.median_and_range(column[2], 2),
                measure.median_and_range(column[3], 2),
                f"{processor[name]:.2f}",
            )
            for name, column in columns.items()
        ],
        [
            at_most(f"reading {name}.py in a fresh process", sorted(column[2])[RUNS // 2], 1, " s", 2)
            for name, column in columns.items()
        ],
    )


def read(bench: Bench, file: str) -> list[float]:
    """Read a DAG file in a fresh process.

    Args:
        bench: gives a folder for Airflow's home.
        file: path of the DAG file.

    Returns:
        Seconds: wall and processor time of Airflow's import, then wall and processor time of the file.

    Raises:
        RuntimeError: the file could not be read. The message is the error output.
    """
    home = bench.scratch / "airflow-home"
    done = subprocess.run(
        [sys.executable, "-c", READ, file],
        env=os.environ | {"AIRFLOW_HOME": str(home), "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [float(value) for value in done.stdout.split()[-4:]]
