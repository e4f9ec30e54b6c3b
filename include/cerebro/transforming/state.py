"""Whether there is anything to transform: new loads, another dbt project, or a table that is gone."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import datetime
from pathlib import Path
from typing import Any

from include.cerebro.platform import settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

# The parts of the dbt project that decide what is built.
PROJECT_PARTS = ("dbt_project.yml", "models", "macros", "snapshots", "tests")


def project_checksum(root: Path = settings.DBT_ROOT) -> str:
    """Return a checksum over the files of the dbt project, names and contents."""
    digest = hashlib.sha256()
    for part in PROJECT_PARTS:
        paths = [root / part] if (root / part).is_file() else sorted((root / part).rglob("*"))
        for path in paths:
            if path.is_file():
                digest.update(str(path.relative_to(root)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def transformation_needed(warehouse: Warehouse) -> dict[str, Any] | None:
    """Return the state of the ledger that a transformation is to begin from; None if nothing has to be done.

    Hand the answer to record_transformation when the transformation is done: loads that commit while it runs are then
    seen by the next one.
    """
    with warehouse.connect(settings.TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/ledger_state.sql"))
        load_count, last_load_id, last_loaded_at = cursor.fetchone()
        state = {
            "project_checksum": project_checksum(),
            "load_count": load_count,
            "last_load_id": last_load_id,
            "last_loaded_at": last_loaded_at.isoformat() if isinstance(last_loaded_at, datetime) else None,
        }
        cursor.execute(read_sql("transforming/missing_relations.sql"), {"relations": _relations()})
        missing = [relation for (relation,) in cursor.fetchall()]
        cursor.execute(read_sql("transforming/is_needed.sql"), state)
        (needed,) = cursor.fetchone()
    if missing:
        log.info("To be built, because they are missing: %s", ", ".join(missing))
    elif needed:
        log.info("To be transformed: the loads or the dbt project changed since the last transformation")
    else:
        log.info("Nothing to transform: no new load since the last transformation")
    return state if needed or missing else None


def record_transformation(warehouse: Warehouse, state: dict[str, Any]) -> None:
    """Remember that all models were built from this state of the ledger."""
    with warehouse.connect(settings.TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/record_transformation.sql"), state)
        connection.commit()


def _relations() -> list[str]:
    """The tables and views that the dbt project makes, as schema.name."""
    manifest = json.loads(settings.DBT_MANIFEST.read_text(encoding="utf-8"))
    return [
        f"{node['schema']}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "snapshot") and node["config"]["materialized"] != "ephemeral"
    ]
