"""`python -m local up|down|run|status|psql|docs|dbt|screenshots`."""

import argparse
import os
import signal
import sys
import time
from types import FrameType

from rich.console import Console

from local import postgres
from local.components import COMPONENTS, SERVICES
from local.dbt import make_docs, run_dbt
from local.run import run
from local.settings import StackError
from local.stack import Stack

console = Console(highlight=False, soft_wrap=True)


def up(stack: Stack, names: tuple[str, ...]) -> int:
    """Start the stack and say where things are."""
    started = time.monotonic()
    stack.up(console.print, names)
    environment = stack.environment()
    console.print(f"Up after {time.monotonic() - started:.0f} s.\n")
    if names == COMPONENTS:
        console.print(f"  Airflow     {environment['AIRFLOW_API_URL']}")
        console.print(f"              user {environment['AIRFLOW_USERNAME']}")
        console.print(f"              password {environment['AIRFLOW_PASSWORD']}")
    console.print(f"  S3          {environment['S3_ENDPOINT_URL']}")
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
        console.print(f"\n  Airflow: {stack.environment()['AIRFLOW_API_URL']}")
        console.print(f"  Addresses and passwords: {stack.state.env_file}")
        return 0
    console.print("\nStart it: make up")
    return 1


def psql(stack: Stack) -> int:
    """Become psql on the warehouse."""
    if not stack.is_up(SERVICES):
        raise StackError("The warehouse is not running. Start it: make up")
    secrets, ports = stack.state.secrets(), stack.state.ports()
    program = str(postgres.binary("psql"))
    address = f"host=127.0.0.1 port={ports.postgres} user=cerebro dbname=cerebro"
    # The password goes by the environment: arguments are there for all to read.
    os.execve(program, [program, address], os.environ | {"PGPASSWORD": secrets.cerebro_password})


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # A terminal that is closed, or `kill`: end in the same orderly way as after Ctrl-C.
    raise KeyboardInterrupt


def main() -> int:
    """Do what the command line says; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__, allow_abbrev=False)
    parser.add_argument("command", choices=["up", "down", "run", "status", "psql", "docs", "dbt", "screenshots"])
    parser.add_argument("--services", action="store_true", help="up: only PostgreSQL and S3, without Airflow")
    # What comes after `dbt` is dbt's.
    arguments, for_dbt = parser.parse_known_args()
    if for_dbt and arguments.command != "dbt":
        parser.error(f"unknown arguments: {' '.join(for_dbt)}")
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    stack = Stack()
    try:
        match arguments.command:
            case "up":
                return up(stack, SERVICES if arguments.services else COMPONENTS)
            case "down":
                stack.down()
                return 0
            case "run":
                return run(stack, console)
            case "status":
                return status(stack)
            case "docs":
                return make_docs(stack)
            case "screenshots":
                # Only here is a browser's driver needed.
                from local.screens import take_screenshots

                return take_screenshots(stack, console)
            case "dbt":
                return run_dbt(stack, for_dbt)
            case _:
                return psql(stack)
    except StackError as error:
        console.print(str(error), style="red", markup=False)
        return 1
    except KeyboardInterrupt:
        console.print("\nInterrupted.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
