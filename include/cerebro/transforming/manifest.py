"""dbt's manifest: which tests belong to which model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any


def tests_by_model(manifest: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the unique ids of the data tests by the unique id of the model that each is written under.

    A test that is under no model (a file of its own) belongs to that of its models which is built last.
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
    waiting = [unique_id]
    while waiting:
        for parent in manifest["parent_map"].get(waiting.pop(), []):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found
