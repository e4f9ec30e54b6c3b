"""Plans a transformation: what is new since the last one that finished, and what must be built again from the start."""

from __future__ import annotations

import hashlib
import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.cerebro.platform.names import DBT_ROOT, TRANSFORMER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.transforming.rules import rules

log = logging.getLogger(__name__)

# The parts of the dbt project that determine what is built.
PROJECT_PARTS = ("dbt_project.yml", "models", "macros", "snapshots", "tests")


@dataclass(frozen=True)
class Plan:
    """What a transformation would do.

    Attributes:
        reasons: why there is something to transform, a sentence each; empty if there is nothing.
        rebuilds: why all tables must be built again from the start, a sentence each; empty if the new loads suffice.
        state: what ``record_transformation`` records when the transformation has finished.
    """

    reasons: list[str]
    rebuilds: list[str]
    state: dict[str, Any]

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to transform."""
        return bool(self.reasons or self.rebuilds)

    @property
    def full_refresh(self) -> bool:
        """Whether dbt must build all tables again: ``dbt build --full-refresh``."""
        return bool(self.rebuilds)

    def sentences(self) -> list[str]:
        """Return the plan for a person, one sentence a line."""
        if not self.is_needed:
            return ["Nothing to transform: no new load, and no changed rule, since the last transformation."]
        how = (
            "All tables are built again, beside the present ones, which readers see until then."
            if self.full_refresh
            else "Stale rows alone are computed again."
        )
        return [*self.reasons, *self.rebuilds, how]


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


def plan(warehouse: Warehouse, manifest_path: Path) -> Plan:
    """Return what a transformation would do now. Changes nothing.

    Args:
        warehouse: the warehouse.
        manifest_path: dbt's manifest, which names the models, their rules and their tables.
    """
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/last_load.sql"))
        position, loaded_at = cursor.fetchone() or (0, None)
        cursor.execute(read_sql("transforming/missing_relations.sql"), {"relations": _relations(manifest)})
        missing = [str(relation) for (relation,) in cursor.fetchall()]
        cursor.execute(read_sql("transforming/last_transformation.sql"))
        last = cursor.fetchone()
    state = {
        "position": position,
        "loaded_at": loaded_at and loaded_at.isoformat(),
        "project_checksum": project_checksum(),
        "rules": rules(manifest),
    }
    if last is None:
        return Plan([], ["No transformation has finished yet."], state)
    last_position, last_checksum, last_rules, is_of_this_history = last
    reasons, rebuilds = [], []
    if position > last_position:
        reasons.append("There are new loads since the last transformation.")
    if last_checksum != state["project_checksum"]:
        reasons.append("The dbt project has changed since the last transformation.")
    changed = sorted(name for name, version in state["rules"].items() if last_rules.get(name) != version)
    if changed:
        rebuilds.append(f"Other rules than the present ones made the rows of: {', '.join(changed)}.")
    if missing:
        rebuilds.append(f"Missing in the warehouse: {', '.join(missing)}.")
    if not is_of_this_history:
        rebuilds.append("raw has another history than the one that was transformed: it was rebuilt or restored.")
    return Plan(reasons, rebuilds, state)


def record_transformation(warehouse: Warehouse, state: dict[str, Any]) -> None:
    """Record that every model and test was green for this state (``Plan.state``): the next plan begins after it."""
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(
            read_sql("transforming/record_transformation.sql"), state | {"rules": json.dumps(state["rules"])}
        )
        connection.commit()


def _relations(manifest: dict[str, Any]) -> list[str]:
    """Return the tables and views that the dbt project makes, as schema.name."""
    return [
        f"{node['schema']}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "snapshot") and node["config"]["materialized"] != "ephemeral"
    ]
