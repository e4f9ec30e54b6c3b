"""Old temporary folders and logs are removed, and nothing else."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

from include.cerebro.maintenance.housekeeping.files import remove_logs, remove_temporary

TERM = timedelta(days=2)


def age(path: Path, days: float) -> Path:
    """Make a file or a folder look as if it had been written days ago."""
    written = time.time() - days * 86_400
    os.utime(path, (written, written))
    return path


def folder(path: Path, days: float, *files: str) -> Path:
    path.mkdir(parents=True)
    for name in files:
        (path / name).write_text("x")
        age(path / name, days)
    return age(path, days)


def test_folders_that_killed_processes_left_are_removed(tmp_path: Path) -> None:
    folder(tmp_path / "cerebro-duckdb-old", 3, "spill.tmp")
    folder(tmp_path / "tmpcosmos", 3, "dbt_project.yml")
    # In use, of another program, or not a folder.
    folder(tmp_path / "cerebro-duckdb-new", 1)
    age(folder(tmp_path / "cerebro-written", 1, "spill.tmp"), 3)
    folder(tmp_path / "tmpother", 3, "file")
    folder(tmp_path / "elsewhere", 3, "file")
    (tmp_path / "cerebro-link").symlink_to(tmp_path / "elsewhere")
    age(tmp_path / "elsewhere", 3)
    (tmp_path / "cerebro-file").write_text("x")
    age(tmp_path / "cerebro-file", 3)
    assert sorted(remove_temporary(tmp_path, TERM)) == ["cerebro-duckdb-old", "tmpcosmos"]
    left = {"cerebro-duckdb-new", "cerebro-written", "tmpother", "elsewhere", "cerebro-link", "cerebro-file"}
    assert {path.name for path in tmp_path.iterdir()} == left
    assert (tmp_path / "elsewhere" / "file").exists()


def test_old_logs_and_their_folders_are_removed(tmp_path: Path) -> None:
    old = folder(tmp_path / "dag_id=a" / "run_id=1" / "task_id=t", 31, "attempt=1.log")
    new = folder(tmp_path / "dag_id=a" / "run_id=2" / "task_id=t", 1, "attempt=1.log")
    made = folder(tmp_path / "dag_id=a" / "run_id=3", 0)
    for path in (old.parent, old.parent.parent):
        age(path, 31)
    assert remove_logs(tmp_path, timedelta(days=30)) == 1
    assert not old.parent.exists()
    assert (new / "attempt=1.log").exists()
    assert made.exists()
    assert remove_logs(tmp_path, timedelta(days=30)) == 0
