"""Binds the processes of a stack to their parent, finds them, and ends them."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

# Environment variables of every process of a stack: its state folder, and its component.
STACK_MARKER = "CEREBRO_LOCAL_STACK"
COMPONENT_MARKER = "CEREBRO_LOCAL_COMPONENT"

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, argument: int) -> None:
    """Linux's prctl(2); elsewhere nothing."""
    if sys.platform.startswith("linux") and ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def end_with_parent(signal_number: int) -> Callable[[], None]:
    """For Popen's preexec_fn: the kernel sends the child this signal when the process that starts it dies."""
    parent = os.getpid()

    def arrange() -> None:
        _prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return arrange


def guard_descendants() -> None:
    """Get SIGTERM when the parent dies, and become the parent of all descendants whose own parent dies."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


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
