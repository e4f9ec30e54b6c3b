"""Reads dbt's manifest: which tests belong to which model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


def tests_by_model(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the unique ids of the data tests by the unique id of the model that each is written under.

    A test belongs to the model that it is written under, not to every model that it refers to: a broken fact table must
    not turn its dimensions red. A test in a file of its own belongs to the last built of its models.
    """
    tests: dict[str, list[str]] = defaultdict(list)
    for unique_id, node in manifest["nodes"].items():
        if node["resource_type"] != "test":
            continue
        parents = [parent for parent in node["depends_on"]["nodes"] if parent in manifest["nodes"]]
        owner = node.get("attached_node") or max(
            parents, key=lambda parent: len(_ancestors(manifest, parent)), default=None
        )
        if owner:
            tests[owner].append(unique_id)
    return dict(tests)


def _ancestors(manifest: Mapping[str, Any], unique_id: str) -> set[str]:
    found: set[str] = set()
    pending = [unique_id]
    while pending:
        for parent in manifest["parent_map"].get(pending.pop(), []):
            if parent not in found:
                found.add(parent)
                pending.append(parent)
    return found


def longest_chains(manifest: Mapping[str, Any]) -> dict[str, int]:
    """Return how many models and snapshots wait for each one, directly or not, one after the other at most."""
    nodes = manifest["nodes"]
    found: dict[str, int] = {}

    def visit(unique_id: str) -> int:
        if unique_id not in found:
            children = (it for it in manifest["child_map"][unique_id] if it in nodes)
            waiting = [visit(it) for it in children if nodes[it]["resource_type"] in ("model", "snapshot")]
            found[unique_id] = 1 + max(waiting) if waiting else 0
        return found[unique_id]

    return {it: visit(it) for it, node in nodes.items() if node["resource_type"] in ("model", "snapshot")}
