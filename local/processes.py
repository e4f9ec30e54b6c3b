"""Finds the processes of a stack, and ends them."""

import signal
from collections.abc import Iterable
from contextlib import suppress

import psutil

# Environment variables of every process of a stack: its state folder, and its component.
STACK_MARKER = "CEREBRO_LOCAL_STACK"
COMPONENT_MARKER = "CEREBRO_LOCAL_COMPONENT"


def interrupt(*_: object) -> None:
    """For signal.signal: end as after Ctrl-C."""
    raise KeyboardInterrupt


def find(stack: str, component: str | None = None) -> list[psutil.Process]:
    """The live processes of a stack, or of one of its components; never this process or one above it."""
    me = psutil.Process()
    spared = {me.pid, *(parent.pid for parent in me.parents())}
    wanted = {STACK_MARKER: stack} | ({COMPONENT_MARKER: component} if component else {})
    found = []
    for process in psutil.process_iter():
        # A zombie has no environment.
        with suppress(psutil.Error, OSError):
            if process.pid not in spared and wanted.items() <= process.environ().items():
                found.append(process)
    return found


def end(processes: Iterable[psutil.Process], grace_period: float = 5.0) -> None:
    """End processes and all that they started: SIGINT, `grace_period` seconds later SIGKILL.

    On SIGINT every component stops quickly but in order. On SIGTERM PostgreSQL would wait for its last client.
    """
    family: set[psutil.Process] = set()
    for process in processes:
        with suppress(psutil.Error):
            family |= {process, *process.children(recursive=True)}
    alive = list(family)
    for number, timeout in ((signal.SIGINT, grace_period), (signal.SIGKILL, 5.0)):
        for process in alive:
            with suppress(psutil.Error):
                process.send_signal(number)
        _, alive = psutil.wait_procs(alive, timeout=timeout)
