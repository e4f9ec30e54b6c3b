"""The tables and views that the dbt project makes, from dbt's manifest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def relations(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the tables and views that the dbt project makes, as schema.name, by model."""
    return {
        node["name"]: f"{node['schema']}.{node['alias']}"
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "snapshot") and node["config"]["materialized"] != "ephemeral"
    }
