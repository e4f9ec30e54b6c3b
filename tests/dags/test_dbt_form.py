"""The dbt project's form, by the rules of dbt-project-evaluator that every new model or source meets.

The package itself runs in the workflow ``dbt-project-evaluator.yml``, because it is on GitHub alone. Both have the same
exceptions.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from include.cerebro.platform.names import DBT_ROOT
from include.cerebro.platform.settings import read_settings

EVALUATOR = Path(__file__).parents[1] / "dbt_project_evaluator"
FANOUT = 3
# Lines of macros a line of models, and models with a hook. A project of plain dbt has 0.1 and none. The first was 0.25
# while the views of operations were models (0076), a quarter of all lines: it allows as many macros as then.
MACROS, HOOKS = 0.33, 2

Row = dict[str, str]
Findings = dict[str, list[Row]]


def exceptions() -> list[Row]:
    with (EVALUATOR / "seeds" / "dbt_project_evaluator_exceptions.csv").open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def prefixes() -> dict[str, list[str]]:
    """The prefixes of names by layer; those that the package has by default, first."""
    variables = yaml.safe_load((EVALUATOR / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    given = variables["dbt_project_evaluator"]
    defaults = {"staging": ["stg_"], "intermediate": ["int_"]}
    return defaults | {key.removesuffix("_prefixes"): it for key, it in given.items() if key.endswith("_prefixes")}


class Project:
    """The models, sources and exposures of a manifest, and what reads what."""

    def __init__(self, manifest: dict[str, Any]) -> None:
        self.models = {key: it for key, it in manifest["nodes"].items() if it["resource_type"] == "model"}
        self.sources = manifest["sources"]
        self.exposures = manifest["exposures"]

    def name(self, unique_id: str) -> str:
        if unique_id in self.sources:
            return f"{self.sources[unique_id]['source_name']}.{self.sources[unique_id]['name']}"
        return str(self.models[unique_id]["name"])

    def layer(self, unique_id: str) -> str:
        """The innermost folder that is a layer."""
        folders = self.models[unique_id]["original_file_path"].split("/")[1:-1]
        return str([it for it in folders if it != "records"][-1])

    def edges(self) -> Iterator[tuple[str, str]]:
        """What a model reads directly, and the model."""
        for child, model in self.models.items():
            for parent in dict.fromkeys(model["depends_on"]["nodes"]):
                yield parent, child

    def findings(self) -> Findings:
        """What the rules find, exceptions included, under the names and columns of the package."""
        edges = [*self.edges()]
        of_sources = [(parent, child) for parent, child in edges if parent in self.sources]
        of_models = [(parent, child) for parent, child in edges if parent in self.models]
        read = {parent for parent, _ in edges}
        known = prefixes()

        def children(parent: str, among: list[tuple[str, str]]) -> list[str]:
            return [child for it, child in among if it == parent]

        def parents(child: str, among: list[tuple[str, str]]) -> list[str]:
            return [parent for parent, it in among if it == child]

        return {
            "fct_model_naming_conventions": [
                {"resource_name": self.name(it), "model_type": self.layer(it)}
                for it in self.models
                if f"{self.name(it).split('_')[0]}_" not in known[self.layer(it)]
            ],
            "fct_source_fanout": [
                {"parent": self.name(it)} for it in self.sources if len(children(it, of_sources)) > 1
            ],
            "fct_multiple_sources_joined": [
                {"child": self.name(it)} for it in self.models if len(parents(it, of_sources)) > 1
            ],
            "fct_direct_join_to_source": [
                {"child": self.name(child), "parent": self.name(parent)}
                for parent, child in of_sources
                if parents(child, of_models)
            ],
            "fct_marts_or_intermediate_dependent_on_source": [
                {"child": self.name(child), "parent": self.name(parent)}
                for parent, child in of_sources
                if self.layer(child) in ("marts", "intermediate")
            ],
            "fct_staging_dependent_on_marts_or_intermediate": [
                {"child": self.name(child), "parent": self.name(parent)}
                for parent, child in of_models
                if self.layer(child) == "staging" and self.layer(parent) in ("marts", "intermediate")
            ],
            "fct_model_fanout": [
                {"parent": self.name(it)}
                for it in (*self.models, *self.sources)
                if len([child for child in children(it, edges) if child not in read]) >= FANOUT
            ],
            "fct_unused_sources": [{"parent": self.name(it)} for it in self.sources if it not in read],
            "fct_sources_without_freshness": [
                {"resource_name": self.name(it)}
                for it, source in self.sources.items()
                if not any((source["freshness"][at] or {}).get("count") for at in ("warn_after", "error_after"))
            ],
            "fct_public_models_without_contract": [
                {"resource_name": self.name(it)}
                for it, model in self.models.items()
                if model["access"] == "public" and not model["config"]["contract"]["enforced"]
            ],
            "fct_exposure_parents_materializations": [
                {"parent_resource_name": self.name(it)}
                for exposure in self.exposures.values()
                for it in exposure["depends_on"]["nodes"]
                if it in self.sources or self.models[it]["config"]["materialized"] == "view"
            ],
        }


def is_excluded(fact: str, row: Row, exception: Row) -> bool:
    pattern = exception["id_to_exclude"].replace("%", "*")
    return exception["fct_name"] == fact and fnmatchcase(row[exception["column_name"]], pattern)


@pytest.fixture(scope="module")
def project() -> Project:
    return Project(json.loads(read_settings().dbt_manifest.read_text(encoding="utf-8")))


@pytest.fixture(scope="module")
def findings(project: Project) -> Findings:
    return project.findings()


def test_what_the_rules_find_is_an_exception_with_a_reason(findings: Findings) -> None:
    """Eight models came without one: the workflow would have been red."""
    found = [
        (fact, row)
        for fact, rows in findings.items()
        for row in rows
        if not any(is_excluded(fact, row, it) for it in exceptions())
    ]
    assert found == [], f"change the model, or add a line with the reason to the seed in {EVALUATOR / 'seeds'}"


def test_each_exception_is_needed(findings: Findings) -> None:
    idle = [
        (it["fct_name"], it["id_to_exclude"])
        for it in exceptions()
        if it["fct_name"] in findings
        and not any(is_excluded(it["fct_name"], row, it) for row in findings[it["fct_name"]])
    ]
    assert idle == []
    assert all(it["comment"] for it in exceptions())


def lines(folder: str) -> int:
    return sum(len(file.read_text(encoding="utf-8").splitlines()) for file in (DBT_ROOT / folder).rglob("*.sql"))


def test_models_say_more_than_macros() -> None:
    """What is procedure belongs into functions of the warehouse (include/sql/schema), where it is tested as SQL."""
    assert lines("macros") <= MACROS * lines("models"), (
        f"{lines('macros')} lines of macros, {lines('models')} of models"
    )


def test_few_models_have_hooks(project: Project) -> None:
    hooked = [it["name"] for it in project.models.values() if it["config"]["pre-hook"] or it["config"]["post-hook"]]
    assert len(hooked) <= HOOKS, hooked
