"""dbt on the command line, with this stack's warehouse."""

import os
import subprocess
from collections.abc import Sequence

from local.components import SERVICES
from local.settings import HOST, REPOSITORY, StackError, executable
from local.stack import Stack

PROJECT = REPOSITORY / "include" / "dbt"


def run_dbt(stack: Stack, arguments: Sequence[str]) -> int:
    """Run dbt with these arguments on the running warehouse; return its exit code."""
    if not stack.is_up(SERVICES):
        raise StackError("The warehouse is not running. Start it: make up")
    return _dbt(stack, arguments)


def make_docs(stack: Stack) -> int:
    """Build the dbt docs site into the project's target folder; with row counts and types if the warehouse runs."""
    without_warehouse = [] if stack.is_up(SERVICES) else ["--no-compile", "--empty-catalog"]
    return _dbt(stack, ["docs", "generate", *without_warehouse])


def _dbt(stack: Stack, arguments: Sequence[str]) -> int:
    secrets, ports = stack.state.secrets(), stack.state.ports()
    warehouse = {
        "WAREHOUSE_HOST": HOST,
        "WAREHOUSE_PORT": str(ports.postgres),
        "WAREHOUSE_USER": "cerebro",
        "WAREHOUSE_PASSWORD": secrets.cerebro_password,
        "WAREHOUSE_DATABASE": "cerebro",
        "DO_NOT_TRACK": "1",
    }
    command = [str(executable("dbt")), *arguments, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    return subprocess.run(command, env=os.environ | warehouse, check=False).returncode
