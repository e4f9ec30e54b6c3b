"""Plans a transformation: what is new since the last one that finished, and what must be built again from the start."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from include.cerebro.platform.dbt_relations import relations
from include.cerebro.platform.names import DBT_ROOT, TRANSFORMER_ROLE
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.transforming.plan import Plan, Rebuild
from include.cerebro.transforming.rules import Rules, rules, tables

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812 - psycopg2 names its classes in lower case

# The parts of the dbt project that determine what is built.
PROJECT_PARTS = ("dbt_project.yml", "models", "macros", "snapshots", "tests")

# A row of transforming/tables.sql, by column.
Row = dict[str, Any]

KEYS_CHANGED = "its keys, constraints, indexes or types have changed"


def plan(warehouse: Warehouse, manifest_path: Path) -> Plan:
    """Return what a transformation would do now. Changes nothing.

    Args:
        warehouse: the warehouse.
        manifest_path: dbt's manifest, which names the models, their rules and their tables.
    """
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    expected, wanted = relations(manifest), rules(manifest)
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/last_load.sql"))
        position, loaded_at = cursor.fetchone() or (0, None)
        cursor.execute(read_sql("transforming/tables.sql"), {"models": [*expected], "relations": [*expected.values()]})
        names = [column.name for column in cursor.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        cursor.execute(read_sql("transforming/last_transformation.sql"))
        last = cursor.fetchone()
        cursor.execute(read_sql("transforming/last_retention.sql"))
        (retention_id,) = cursor.fetchone() or (0,)
        rebuilds = _find_bound(cursor, manifest, find_rebuilds(manifest, wanted, rows))
    state = {
        "position": position,
        "loaded_at": loaded_at and loaded_at.isoformat(),
        "project_checksum": project_checksum(),
        "retention_id": retention_id,
        "models": [*wanted],
    }
    rebuild = {
        "plan": uuid.uuid4().hex,
        "position": position,
        "loaded_at": state["loaded_at"],
        "models": {it.model: wanted[it.model]._asdict() for it in rebuilds},
        "everything": len(rebuilds) == len(wanted),
    }
    return Plan(_reasons(last, state, wanted, rows), rebuilds, state, rebuild)


def find_rebuilds(manifest: Mapping[str, Any], wanted: Mapping[str, Rules], rows: list[Row]) -> list[Rebuild]:
    """Return the tables that must be built again, parents first.

    Args:
        manifest: dbt's manifest.
        wanted: the rules of the tables by model.
        rows: what the warehouse knows, rows of ``transforming/tables.sql``.
    """
    known = {row["model"]: row for row in rows}
    changed: dict[str, str] = {}
    nodes = tables(manifest)
    for unique_id in _parents_first(manifest):
        if unique_id not in nodes:
            continue
        model = nodes[unique_id]["name"]
        parents = {nodes[parent]["name"] for parent in _tables_read(manifest, unique_id)}
        # Other keys alone leave the rows as they are.
        causes = sorted(parent for parent in parents if changed.get(parent, KEYS_CHANGED) != KEYS_CHANGED)
        why = _why(known[model], wanted[model], causes)
        if why:
            changed[model] = why
    return [Rebuild(it, known[it]["relation"], why, known[it]["expected_seconds"]) for it, why in changed.items()]


def _find_bound(cursor: Cursor, manifest: Mapping[str, Any], rebuilds: list[Rebuild]) -> list[Rebuild]:
    """Return the rebuilds with what keeps their tables in place. Those that foreign keys refer to stay in any case."""
    swapped = {it["name"] for it in tables(manifest).values() if it["config"].get("full_refresh") is not False}
    rebuilt = [it.relation for it in rebuilds if it.model in swapped]
    cursor.execute(read_sql("transforming/bound_tables.sql"), {"relations": rebuilt})
    bound: dict[str, str | None] = dict(cursor.fetchall())
    return [replace(it, bound_to=bound.get(it.relation)) for it in rebuilds]


def begin(warehouse: Warehouse, planned: Plan) -> None:
    """Note which tables are about to be built again: if the run is stopped, the next plan has those that are left."""
    if planned.rebuilds:
        with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
            cursor.execute(read_sql("transforming/begin_rebuilds.sql"), {"models": [*planned.rebuild["models"]]})
            connection.commit()


def record_transformation(warehouse: Warehouse, state: dict[str, Any]) -> None:
    """Record that every model and test was green for this state (``Plan.state``): the next plan begins after it."""
    with warehouse.connect(TRANSFORMER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("transforming/record_transformation.sql"), state)
        connection.commit()


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


def _why(row: Row, wanted: Rules, causes: list[str]) -> str | None:
    """Return why a table must be built again; None if it need not."""
    if row["is_missing"]:
        return "it is missing in the warehouse"
    if row["rules"] is None:
        return "no record says which rules made its rows"
    if not row["is_of_this_history"]:
        return "raw has another history than the one that it was built from: it was rebuilt or restored"
    if not row["rules"]:
        return "a run that was to build it again has not finished"
    if causes:
        return f"it is built from {', '.join(causes)}"
    if row["rules"] != wanted.rules:
        return "other rules than the present ones made its rows"
    return KEYS_CHANGED if row["keys"] != wanted.keys else None


def _reasons(
    last: tuple[str, int] | None, state: Mapping[str, Any], wanted: Mapping[str, Rules], rows: list[Row]
) -> list[str]:
    if last is None:
        return ["No transformation has finished yet."]
    reasons = []
    if state["position"] > min((row["position"] or 0 for row in rows if row["model"] in wanted), default=0):
        reasons.append("There are new loads since the last transformation.")
    if last[0] != state["project_checksum"]:
        reasons.append("The dbt project has changed since the last transformation.")
    if last[1] != state["retention_id"]:
        reasons.append("The horizon of the retention has moved since the last transformation.")
    missing = [row["relation"] for row in rows if row["is_missing"]]
    if missing:
        reasons.append(f"Missing in the warehouse: {', '.join(missing)}.")
    return reasons


def _parents_first(manifest: Mapping[str, Any]) -> list[str]:
    """Return the unique ids of the manifest's nodes, each after all that it reads."""
    ordered: dict[str, None] = {}

    def visit(unique_id: str) -> None:
        if unique_id not in ordered and unique_id in manifest["nodes"]:
            for parent in manifest["nodes"][unique_id]["depends_on"].get("nodes", ()):
                visit(parent)
            ordered[unique_id] = None

    for unique_id in sorted(manifest["nodes"]):
        visit(unique_id)
    return [*ordered]


def _tables_read(manifest: Mapping[str, Any], unique_id: str) -> set[str]:
    """Return the tables that a model reads, itself or by its views."""
    nodes, kept = manifest["nodes"], tables(manifest)
    found: set[str] = set()
    pending = [*nodes[unique_id]["depends_on"]["nodes"]]
    while pending:
        parent = pending.pop()
        if parent in kept:
            found.add(parent)
        elif parent in nodes:
            pending += nodes[parent]["depends_on"]["nodes"]
    return found
