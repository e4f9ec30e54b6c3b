"""The processor time of processes and their descendants, read from /proc."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil


def with_children(processes: Iterable[psutil.Process]) -> set[psutil.Process]:
    """Return the processes and their current descendants."""
    found = set(processes)
    for process in tuple(found):
        with suppress(psutil.Error):
            found.update(process.children(recursive=True))
    return found


def cpu_s(processes: Iterable[psutil.Process], name: str = "") -> float:
    """Return the processor seconds of the processes and their descendants so far, those of ended children included.

    Args:
        processes: the processes.
        name: only those with this name count.
    """
    total = 0.0
    for process in with_children(processes):
        with suppress(psutil.Error):
            if not name or process.name() == name:
                total += sum(process.cpu_times()[:4])
    return total


class Services:
    """The processes of PostgreSQL and of the object store, read from /proc."""

    def __init__(self, state_folder: str) -> None:
        """Find the running processes whose environment names this state folder."""
        marker = f"CEREBRO_STATE_DIR={state_folder}"
        self._processes = [process for process in psutil.process_iter() if marker in _environment(process)]

    def cpu_s(self, name: str = "") -> float:
        """Return the processor seconds so far, of all or of those with a name, those of ended children included."""
        return cpu_s(self._processes, name)

    def sent_bytes(self) -> int:
        """Return the bytes that the object store has written so far, to its clients and to its disk."""
        total = 0
        for process in with_children(self._processes):
            with suppress(psutil.Error, OSError):
                if process.name() == "rclone":
                    fields = Path(f"/proc/{process.pid}/io").read_text(encoding="ascii").split()
                    total += int(fields[fields.index("wchar:") + 1])
        return total


def _environment(process: psutil.Process) -> list[str]:
    """Return the environment of a process as NAME=value; empty if it may not be read."""
    with suppress(psutil.Error):
        return [f"{name}={value}" for name, value in process.environ().items()]
    return []
