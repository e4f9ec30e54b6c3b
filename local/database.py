"""Airflow's own database of the stack: what keeps it small."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

from local.components import airflow_environment, base_environment
from local.settings import executable
from local.stack import Stack

# Days that it remembers a run.
KEPT = timedelta(days=30)


def clean_database(stack: Stack) -> int:
    """Remove runs of more than a month ago with all that belongs to them; return the exit code of ``airflow``."""
    stack.require_warehouse()
    before = datetime.now(UTC) - KEPT
    command = ["db", "clean", "--yes", "--skip-archive", "--clean-before-timestamp", before.isoformat()]
    environment = base_environment(stack.settings) | airflow_environment(stack.settings)
    return subprocess.run([str(executable("airflow")), *command], env=environment, check=False).returncode
