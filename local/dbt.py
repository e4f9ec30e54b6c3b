"""dbt on the command line, with this stack's warehouse."""

import subprocess
from collections.abc import Sequence

from local.settings import REPOSITORY, executable, own_environment
from local.stack import Stack

PROJECT = REPOSITORY / "include" / "dbt"


def run_dbt(stack: Stack, arguments: Sequence[str]) -> int:
    """Run dbt with these arguments; return its exit code."""
    port, password = str(stack.state.ports().postgres), stack.state.secrets().cerebro_password
    # Host, user and database are the profile's defaults.
    warehouse = {"WAREHOUSE_PORT": port, "WAREHOUSE_PASSWORD": password, "DO_NOT_TRACK": "1"}
    command = [str(executable("dbt")), *arguments, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    return subprocess.run(command, env=own_environment() | warehouse, check=False).returncode


def make_docs(stack: Stack) -> int:
    """Build the dbt docs site into the project's target folder; with row counts and types if the warehouse runs."""
    offline = [] if stack.is_up(airflow=False) else ["--no-compile", "--empty-catalog"]
    return run_dbt(stack, ["docs", "generate", *offline])
