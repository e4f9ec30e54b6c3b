"""dbt on the command line, with this stack's warehouse."""

import subprocess
from collections.abc import Sequence

from include.cerebro.platform.settings import read_settings
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.transforming import diff
from include.cerebro.transforming.plan import Plan
from include.cerebro.transforming.state import plan
from local.settings import REPOSITORY, executable, own_environment
from local.stack import Stack
from local.state import HOST

PROJECT = REPOSITORY / "include" / "dbt"


def run_dbt(stack: Stack, arguments: Sequence[str]) -> int:
    """Run dbt with these arguments; return its exit code. In production it builds tables again as a run would."""
    environment = dbt_environment(stack)
    if any(argument == "-t" or argument.startswith("--target") for argument in arguments):
        # Airflow reads production's manifest.
        environment["DBT_TARGET_PATH"] = str(stack.settings.state_dir / "dbt")
    elif arguments[:1] in (["build"], ["run"]):
        environment |= planned(stack).environment()
    command = [str(executable("dbt")), *arguments, "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    return subprocess.run(command, env=environment, check=False).returncode


def dbt_environment(stack: Stack) -> dict[str, str]:
    """Return the environment in which dbt finds the stack's warehouse."""
    port, password = str(stack.state.ports().postgres), stack.state.secrets().cerebro_password
    # Host, user and database are the profile's defaults.
    return own_environment() | {"WAREHOUSE_PORT": port, "WAREHOUSE_PASSWORD": password, "DO_NOT_TRACK": "1"}


def warehouse(stack: Stack) -> Warehouse:
    """Return the stack's warehouse."""
    return Warehouse(HOST, stack.state.ports().postgres, "cerebro", stack.state.secrets().cerebro_password)


def planned(stack: Stack) -> Plan:
    """Return what a transformation would do now."""
    return plan(warehouse(stack), read_settings().dbt_manifest)


def show_plan(stack: Stack) -> int:
    """Print what a transformation would do now."""
    print(*planned(stack).sentences(), sep="\n")
    return 0


def show_diff(stack: Stack, ref: str) -> int:
    """Print how the rows of marts and analytics differ from those that a git reference makes."""
    print(diff.against(ref, warehouse(stack), executable("dbt"), dbt_environment(stack)))
    return 0


def make_docs(stack: Stack) -> int:
    """Build the dbt docs site into the project's target folder; with row counts and types if the warehouse runs."""
    offline = [] if stack.is_up(airflow=False) else ["--no-compile", "--empty-catalog"]
    return run_dbt(stack, ["docs", "generate", *offline])
