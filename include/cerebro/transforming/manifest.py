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
