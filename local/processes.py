"""Processes that belong to a stack: bound to their parent, found again, ended."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

import psutil

# Every process of a stack carries its state folder in this variable, and its component in the other.
STACK_MARKER = "CEREBRO_LOCAL_STACK"
COMPONENT_MARKER = "CEREBRO_LOCAL_COMPONENT"

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, argument: int) -> None:
    if not sys.platform.startswith("linux"):
        return
    if ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def end_with_parent(signal_number: int) -> Callable[[], None]:
    """For Popen's preexec_fn: the kernel sends the child this signal when the process that starts it dies."""
    parent = os.getpid()

    def arrange() -> None:
        _prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return arrange


def end_with_my_parent(signal_number: int) -> None:
    """The kernel sends this process the signal when the process that started it dies."""
    _prctl(_PR_SET_PDEATHSIG, signal_number)


def adopt_orphans() -> None:
    """Become the parent of all descendants whose own parent dies, so that none gets out of sight."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def find(stack: str, component: str | None = None) -> list[psutil.Process]:
    """The live processes of a stack, or of one of its components; never this process or one above it."""
    me = psutil.Process()
    spared = {me.pid, *(parent.pid for parent in me.parents())}
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid in spared or process.status() == psutil.STATUS_ZOMBIE:
                continue
            environment = process.environ()
            if environment.get(STACK_MARKER) != stack:
                continue
            if component is None or environment.get(COMPONENT_MARKER) == component:
                found.append(process)
    return found


def end(processes: Iterable[psutil.Process], patience: float = 5.0) -> None:
    """
    End processes and all that they started: SIGINT, `patience` seconds later SIGKILL.

    SIGINT is what every part of the stack takes for an orderly but quick end; PostgreSQL takes SIGTERM for
    "when the last client has left".
    """
    family: dict[int, psutil.Process] = {}
    for process in processes:
        with suppress(psutil.Error):
            for member in (process, *process.children(recursive=True)):
                family.setdefault(member.pid, member)
    for process in family.values():
        with suppress(psutil.Error):
            process.send_signal(signal.SIGINT)
    _, alive = psutil.wait_procs(family.values(), timeout=patience)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=5)


def kill_descendants(patience: float = 5.0) -> None:
    """Kill whatever this process still has below it; for one that adopts orphans."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        children = psutil.Process().children(recursive=True)
        if not children:
            return
        for child in children:
            with suppress(psutil.Error):
                child.kill()
        psutil.wait_procs(children, timeout=0.5)
