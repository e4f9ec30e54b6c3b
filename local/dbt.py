"""dbt on the command line, with this stack's warehouse."""

import subprocess
from collections.abc import Sequence

from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.transforming.state import plan
from local.settings import REPOSITORY, executable, own_environment
from local.stack import Stack
from local.state import HOST

PROJECT = REPOSITORY / "include" / "dbt"


def run_dbt(stack: Stack, arguments: Sequence[str]) -> int:
    """Run dbt with these arguments; return its exit code."""
    port, password = str(stack.state.ports().postgres), stack.state.secrets().cerebro_password
    # Host, user and database are the profile's defaults.
    warehouse = {"WAREHOUSE_PORT": port, "WAREHOUSE_PASSWORD": password, "DO_NOT_TRACK": "1"}
    command = [str(executable("dbt")), *arguments, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    return subprocess.run(command, env=own_environment() | warehouse, check=False).returncode


def show_plan(stack: Stack) -> int:
    """Print what a transformation would do now."""
    port, password = stack.state.ports().postgres, stack.state.secrets().cerebro_password
    print(*plan(Warehouse(HOST, port, "cerebro", password), read_settings().dbt_manifest).sentences(), sep="\n")
    return 0


def make_docs(stack: Stack) -> int:
    """Build the dbt docs site into the project's target folder; with row counts and types if the warehouse runs."""
    offline = [] if stack.is_up(airflow=False) else ["--no-compile", "--empty-catalog"]
    return run_dbt(stack, ["docs", "generate", *offline])
