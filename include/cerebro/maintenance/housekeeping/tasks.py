"""The bodies of the tasks of ``cerebro_housekeeping``."""

from __future__ import annotations

import logging
import tempfile
from datetime import timedelta
from pathlib import Path

from airflow.configuration import conf
from airflow.sdk import task

from include.cerebro.maintenance.housekeeping import files, tables
from include.cerebro.platform import connections
from include.cerebro.platform.settings import read_settings

log = logging.getLogger(__name__)

# Longer than any task may run.
TEMPORARY_TERM = timedelta(days=2)


@task(task_display_name="Remove left folders")
def remove_temporary_folders() -> int:
    """Remove old temporary folders of DuckDB, Cosmos and the pipeline on this worker; returns their number."""
    removed = files.remove_temporary(Path(tempfile.gettempdir()), TEMPORARY_TERM)
    for name in removed:
        log.info("Removed %s", name)
    return len(removed)


@task(task_display_name="Remove old logs")
def remove_logs() -> int:
    """Remove old files of Airflow's log folder on this worker; returns their number."""
    days = read_settings().log_days
    return files.remove_logs(Path(conf.get("logging", "base_log_folder")), timedelta(days=days)) if days else 0


@task(task_display_name="Vacuum what has changed")
def vacuum() -> list[str]:
    """Vacuum and analyze the tables of the warehouse that have changed much; returns their names."""
    return tables.vacuum(connections.warehouse())
