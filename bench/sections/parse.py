"""What it costs to read the DAG files."""

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

# A program that is started, or a connection that is opened, ends it. AF_UNIX (1) is the machine itself.
READ = """
import importlib.util, sys, time

def refuse(event, arguments):
    if event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn"):
        sys.exit(f"A program is started while the file is read: {arguments[:2]}")
    if event in ("socket.connect", "socket.getaddrinfo") and getattr(arguments[0], "family", 2) != 1:
        sys.exit(f"The network is used while the file is read: {arguments}")

def clocks():
    return time.perf_counter(), time.process_time()

begin = clocks()
import airflow.sdk
import croniter  # asks the program `file` about Python's; Airflow's own processes have imported it, too
imported = clocks()
sys.addaudithook(refuse)
spec = importlib.util.spec_from_file_location("dag_file", sys.argv[1])
spec.loader.exec_module(importlib.util.module_from_spec(spec))
read = clocks()
print(*(after - before for after, before in zip(imported + read, begin + imported)))
"""


def run(bench: Bench) -> Section:
    """Read each file in fresh processes, and ask the DAG processor of a running Airflow what it needs."""
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
        f"Each file in a fresh process, {RUNS} times; a process that started a program (dbt, for one) or opened a "
        "connection would end the section. The DAG processor forks for each file with Airflow imported already; so "
        "the file's own time is what it costs to have it, and Airflow's import is shown apart. The last column is "
        "what the processor itself says of its last reading, while the scheduler and the API server run beside it.",
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
            at_most(f"{name}.py is read, fresh process", sorted(column[2])[RUNS // 2], 1, " s", 2)
            for name, column in columns.items()
        ],
    )


def read(bench: Bench, file: str) -> list[float]:
    """Wall and processor seconds of Airflow's import, then those of the file. Raises RuntimeError if it fails."""
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
