"""The commands: `python -m local up|down|run|status|psql|docs|plan|diff|dbt|db-clean`."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence

from rich.console import Console

from include.cerebro.platform.settings import variable
from local import postgres
from local.components import COMPONENTS
from local.database import clean_database
from local.dbt import make_docs, run_dbt, show_diff, show_plan
from local.processes import interrupt
from local.run import run
from local.settings import StackSettings, own_environment
from local.stack import Stack
from local.state import HOST, StackError

COMMANDS = ["up", "down", "run", "status", "psql", "docs", "plan", "diff", "dbt", "db-clean"]

console = Console(highlight=False, soft_wrap=True)


def up(stack: Stack, airflow: bool) -> int:
    """Start the stack and print where things are."""
    started = time.monotonic()
    stack.up(console.print, airflow)
    values = stack.state.environment()
    console.print(f"Up after {time.monotonic() - started:.0f} s.\n")
    if airflow:
        console.print(f"  Airflow     {values['AIRFLOW_API_URL']}")
        console.print(f"              user {values['AIRFLOW_USERNAME']}, password {values['AIRFLOW_PASSWORD']}")
    console.print(f"  S3          {values['S3_ENDPOINT_URL']}")
    console.print(f"  Addresses and passwords for programs: {stack.state.env_file}")
    console.print(f"  Logs:                                 {stack.state.logs}\n")
    console.print("Next: make run (the main job), make psql (the warehouse), make down (stop everything).")
    return 0


def status(stack: Stack) -> int:
    """Print every component's state; exit code 0 only if all of them run."""
    states = stack.supervisor.states()
    for name in COMPONENTS:
        console.print(f"  {name:14}{states.get(name, 'STOPPED').lower()}")
    if stack.is_up():
        console.print(f"\n  Airflow: {stack.state.environment()['AIRFLOW_API_URL']}")
        console.print(f"  Addresses and passwords: {stack.state.env_file}")
        return 0
    console.print("\nStart it: make up")
    return 1


def psql(stack: Stack) -> int:
    """Replace this process by psql on the warehouse."""
    stack.require_warehouse()
    program = str(postgres.binary("psql"))
    address = f"host={HOST} port={stack.state.ports().postgres} user=cerebro dbname=cerebro"
    # In the environment, because every user can read the arguments of a process.
    os.execve(program, [program, address], os.environ | {"PGPASSWORD": stack.state.secrets().cerebro_password})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name (default: those of this process); return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__, allow_abbrev=False)
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--services", action="store_true", help="up: only PostgreSQL and S3, without Airflow")
    parser.add_argument("--base", default="main", help="diff: the git reference to compare with (main)")
    # Arguments after `dbt` belong to dbt.
    chosen, for_dbt = parser.parse_known_args(arguments)
    if for_dbt and chosen.command != "dbt":
        parser.error(f"unknown arguments: {' '.join(for_dbt)}")
    # libpq, dbt and psql read the environment of this process.
    for name in os.environ.keys() - own_environment():
        del os.environ[name]
    # When the terminal closes, or on `kill`, the command ends in order, as after Ctrl-C.
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    try:
        # A stack that ends with `run` is for that run alone: no other starts when the sample's objects arrive.
        product = {variable("arrival_seconds"): "0"} if chosen.command == "run" else None
        stack = Stack(StackSettings.read(), product)
        match chosen.command:
            case "up":
                return up(stack, airflow=not chosen.services)
            case "down":
                stack.down()
                return 0
            case "run":
                return run(stack, console)
            case "dbt" | "plan" | "diff":
                stack.require_warehouse()
                if chosen.command == "diff":
                    return show_diff(stack, chosen.base)
                return run_dbt(stack, for_dbt) if chosen.command == "dbt" else show_plan(stack)
            case command:
                return {"status": status, "psql": psql, "docs": make_docs, "db-clean": clean_database}[command](stack)
    except StackError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("\nInterrupted.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
