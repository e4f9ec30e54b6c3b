"""Decides whether there is anything to transform: new loads, a changed dbt project, or a missing table."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from include.cerebro.platform.names import DBT_ROOT, TRANSFORMER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

# The parts of the dbt project that determine what is built.
PROJECT_PARTS = ("dbt_project.yml", "models", "macros", "snapshots", "tests")


def project_checksum(root: Path = DBT_ROOT) -> str:
    """Return a checksum of the dbt project's files, their names and contents."""
    digest = hashlib.sha256()
    for part in PROJECT_PARTS:
        paths = [root / part] if (root / part).is_file() else sorted((root / part).rglob("*"))
        for path in paths:
            if path.is_file():
                digest.update(str(path.relative_to(root)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def transformation_needed(warehouse: Warehouse, manifest: Path) -> dict[str, Any] | None:
    """Return the state of the ledger that a transformation starts from; None if there is nothing to do.

    The caller passes it to record_transformation after the transformation, so that the next one sees the loads that
    committed meanwhile.

    Args:
        warehouse: the warehouse.
        manifest: dbt's manifest, which names the tables and views that must exist.
    """
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/ledger_state.sql"))
        load_count, last_load_id, last_loaded_at = cursor.fetchone() or (0, None, None)
        state = {
            "project_checksum": project_checksum(),
            "load_count": load_count,
            "last_load_id": last_load_id,
            "last_loaded_at": last_loaded_at.isoformat() if isinstance(last_loaded_at, datetime) else None,
        }
        cursor.execute(read_sql("transforming/missing_relations.sql"), {"relations": _relations(manifest)})
        missing = [relation for (relation,) in cursor.fetchall()]
        cursor.execute(read_sql("transforming/is_needed.sql"), state)
        (needed,) = cursor.fetchone() or (True,)
    if missing:
        log.info("Tables to build, because they are missing: %s", ", ".join(missing))
    elif needed:
        log.info("There is something to transform: the loads or the dbt project changed since the last transformation")
    else:
        log.info("There is nothing to transform: no new load since the last transformation")
    return state if needed or missing else None


def record_transformation(warehouse: Warehouse, state: dict[str, Any]) -> None:
    """Record that all models were built from this state of the ledger."""
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/record_transformation.sql"), state)
        connection.commit()


def _relations(manifest: Path) -> list[str]:
    """Return the tables and views that the dbt project makes, as schema.name."""
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    return [
        f"{node['schema']}.{node['alias']}"
        for node in nodes.values()
        if node["resource_type"] in ("model", "snapshot") and node["config"]["materialized"] != "ephemeral"
    ]
