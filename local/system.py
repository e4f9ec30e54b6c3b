"""What only Linux has, each with a plain fallback for other systems: no other module asks which system this is.

Elsewhere nothing ties a process to its parent but a look once a second, and a child whose parent died is found by its
environment. What a killed command leaves behind there ends with the next command.
"""

import ctypes
import os
import signal
import sys
import threading
import time
from collections.abc import Callable

LINUX = sys.platform.startswith("linux")

# A locale of the C library that knows the letters of UTF-8.
UTF8_LOCALE = "C.UTF-8" if LINUX else "en_US.UTF-8"

# macOS ends a forked process, such as a task of Airflow, that uses its frameworks.
ENVIRONMENT = {} if LINUX else {"OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES"}

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def end_with_parent(signal_number: int) -> Callable[[], None]:
    """For Popen's preexec_fn: the kernel sends the child this signal when the process that starts it dies."""
    parent = os.getpid()

    def arrange() -> None:
        if LINUX:
            _prctl(_PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return arrange


def guard_descendants() -> None:
    """Get SIGTERM when the parent dies, and become the parent of all descendants whose own parent dies."""
    if LINUX:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    else:
        threading.Thread(target=_end_after, args=[os.getppid()], daemon=True).start()


def _prctl(option: int, argument: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, argument, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl({option}) failed")


def _end_after(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)
