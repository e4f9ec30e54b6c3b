"""Temporary folders of processes that were killed, and old logs of tasks, on the worker at hand."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

# How the project's own temporary folders begin: DuckDB's, and those of rows on their way.
OWN_PREFIX = "cerebro-"
# Cosmos runs dbt in a folder with a name of Python's; it holds the dbt project.
COSMOS_PREFIX, COSMOS_FILE = "tmp", "dbt_project.yml"


def remove_temporary(folder: Path, older_than: timedelta) -> list[str]:
    """Remove the temporary folders that nothing has been written to for a time.

    Args:
        folder: where temporary folders are made.
        older_than: longer than any task may run.

    Returns:
        The names of what was removed. Folders of other users stay.
    """
    ours = (path for path in folder.iterdir() if path.is_dir() and not path.is_symlink() and _is_ours(path))
    return [path.name for path in ours if _is_old(path, older_than) and _remove(path)]


def remove_logs(folder: Path, older_than: timedelta) -> int:
    """Remove files of Airflow's log folder that nothing has been written to for a time, and folders left empty.

    Returns:
        The number of files.
    """
    before = time.time() - older_than.total_seconds()
    removed = 0
    # Before anything is removed, which is a write to the folder.
    folders_written = {parent: Path(parent).lstat().st_mtime for parent, *_ in os.walk(folder)}
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(parent, name)
            with suppress(OSError):
                if path.lstat().st_mtime < before:
                    path.unlink()
                    removed += 1
        for name in folders:
            path = Path(parent, name)
            # rmdir leaves those alone that are not empty. One that a task has just made is not old.
            with suppress(OSError):
                if folders_written.get(str(path), before) < before:
                    path.rmdir()
    return removed


def _is_ours(path: Path) -> bool:
    try:
        if path.stat().st_uid != os.getuid():
            return False
        return path.name.startswith(OWN_PREFIX) or (
            path.name.startswith(COSMOS_PREFIX) and (path / COSMOS_FILE).exists()
        )
    except OSError:
        return False


def _is_old(path: Path, older_than: timedelta) -> bool:
    newest = max((at for at in _written(path)), default=0.0)
    return newest < time.time() - older_than.total_seconds()


def _written(path: Path) -> Iterator[float]:
    for parent, _, files in os.walk(path):
        for name in ("", *files):
            with suppress(OSError):
                yield Path(parent, name).lstat().st_mtime


def _remove(path: Path) -> bool:
    shutil.rmtree(path, ignore_errors=True)
    return not path.exists()
