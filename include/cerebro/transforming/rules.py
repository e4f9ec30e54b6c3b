"""Which rules make a model's rows: a version of each model, from its SQL, its macros, its variables and its parents."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from include.cerebro.platform.names import DBT_ROOT


def rules(manifest: Mapping[str, Any], root: Path = DBT_ROOT) -> dict[str, str]:
    """Return the version of each model that keeps rows from run to run.

    A table or view that every run computes anew is part of the version of the models that read it, and has none of its
    own.

    Args:
        manifest: dbt's manifest.
        root: the dbt project, whose variables are rules, too.
    """
    variables = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8")).get("vars", {})
    nodes = manifest["nodes"]

    def macros(names: list[str]) -> set[str]:
        found: set[str] = set()
        pending = [name for name in names if name.startswith("macro.cerebro.")]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                called = manifest["macros"][name]["depends_on"]["macros"]
                pending += [other for other in called if other.startswith("macro.cerebro.")]
        return found

    @cache
    def version(unique_id: str) -> str:
        node = nodes[unique_id]
        parts = {
            "sql": node["raw_code"],
            "variables": variables,
            "macros": [manifest["macros"][name]["macro_sql"] for name in sorted(macros(node["depends_on"]["macros"]))],
            "parents": sorted(version(parent) for parent in node["depends_on"]["nodes"] if parent in nodes),
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    return {
        node["name"]: version(unique_id)
        for unique_id, node in nodes.items()
        if node["resource_type"] == "model" and "stale" in node["config"]["meta"]
    }
