"""Which rules make a table: a version of its rows' rules, and one of its keys, constraints and indexes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from include.cerebro.platform.names import DBT_ROOT
from include.cerebro.platform.sql import read_sql

# Declares what a model's YAML says of a table's keys, constraints and indexes.
KEYS_MACRO = "declare_keys"
# These macros say which tables are built again. They make no row.
NO_RULES = "macros/rebuild.sql"
# Functions of the warehouse that models call: what values of records mean.
FUNCTIONS = "schema/25_values.sql"

# A literal or a quoted name stays as it is; a comment, or white space, becomes one space.
_LAYOUT = re.compile(r"('[^']*'|\"[^\"]*\")|(?:\{#.*?#\}|/\*.*?\*/|--[^\n]*|\s)+", re.DOTALL)
_CALL = re.compile(r"\b(\w+(?:\.\w+)?)\(")
_FUNCTION = re.compile(r"^create or replace function (raw\.\w+)\(.*?^\$\$;$", re.DOTALL | re.MULTILINE)


class Rules(NamedTuple):
    """The rules of a table.

    Attributes:
        rules: the version of what makes its rows: SQL, macros, functions, variables, and the rules of what it reads.
        keys: the version of its columns' types, keys, constraints and indexes.
    """

    rules: str
    keys: str


def rules(manifest: Mapping[str, Any], root: Path = DBT_ROOT, functions: str | None = None) -> dict[str, Rules]:
    """Return the rules of each table that keeps rows from run to run, by the model's name.

    A view is part of the rules of the tables that read it. Comments and layout are no rules.

    Args:
        manifest: dbt's manifest.
        root: the dbt project, whose variables are rules, too.
        functions: the definitions of the warehouse's functions; None: those of ``FUNCTIONS``.
    """
    variables = yaml.safe_load((root / "dbt_project.yml").read_text(encoding="utf-8")).get("vars", {})
    nodes = manifest["nodes"]
    definitions = _macros(manifest)
    for definition in _FUNCTION.finditer(functions or read_sql(FUNCTIONS)):
        definitions[definition[1]] = _normal(definition[0])

    @cache
    def rows(unique_id: str) -> str:
        node = nodes[unique_id]
        code = _normal(node["raw_code"])
        texts = [code, *_called([code], definitions)]
        return _version(
            texts,
            {name: value for name, value in variables.items() if any(name in text for text in texts)},
            sorted(rows(parent) for parent in node["depends_on"]["nodes"] if parent in nodes),
        )

    return {node["name"]: Rules(rows(unique_id), _keys(manifest, node)) for unique_id, node in tables(manifest).items()}


def tables(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return the nodes of the models that keep rows from run to run, by unique id."""
    return {
        unique_id: node
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["config"]["materialized"] == "incremental"
    }


def _keys(manifest: Mapping[str, Any], node: Mapping[str, Any]) -> str:
    meta = node["config"]["meta"]
    return _version(
        [[name, column["data_type"], column["constraints"]] for name, column in node["columns"].items()],
        node["constraints"],
        [meta.get("index_definitions"), meta.get("replica_identity"), meta.get("partition")],
        _called([f"{KEYS_MACRO}()"], _macros(manifest)),
    )


def _called(texts: Iterable[str], definitions: Mapping[str, str]) -> list[str]:
    """Return the definitions of what the texts call, and of what these call.

    The names in the texts count, not dbt's list of macros, which lacks those of the branch for stale rows.
    """
    found: set[str] = set()
    pending = [*texts]
    while pending:
        called = {name for name in _CALL.findall(pending.pop()) if name in definitions} - found
        found |= called
        pending += [definitions[name] for name in called]
    return [definitions[name] for name in sorted(found)]


def _macros(manifest: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of the project's own macros by name."""
    return {
        macro["name"]: _normal(macro["macro_sql"])
        for macro in manifest["macros"].values()
        if macro["package_name"] == "cerebro" and macro["original_file_path"] != NO_RULES
    }


def _normal(text: str) -> str:
    return _LAYOUT.sub(lambda match: match.group(1) or " ", text).strip()


def _version(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]
