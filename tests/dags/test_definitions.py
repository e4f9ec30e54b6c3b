"""The definitions equal those in definitions.yaml, so that a review sees a change of shape as a diff."""

import difflib
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dags import definitions

REPOSITORY = Path(__file__).parents[2]
SNAPSHOT = Path(__file__).with_name("definitions.yaml")
HEADER = "# All definitions. Written by `make definitions`, compared by test_definitions.py.\n"


def render(dag_bag: Any) -> str:
    # Imported here: the fixture has set Airflow's home by now.
    from airflow.serialization.serialized_objects import DagSerialization

    def serialize(dag: Any) -> dict[str, Any]:
        # Through JSON, so that enumerations become texts.
        content: dict[str, Any] = json.loads(json.dumps(DagSerialization.to_dict(dag)["dag"]))
        return content

    manifest = json.loads((REPOSITORY / "include/dbt/target/manifest.json").read_text(encoding="utf-8"))
    found = {
        "assets": definitions.assets(dag_bag.dags.values()),
        "dags": {dag_id: definitions.dag(dag, serialize(dag)) for dag_id, dag in dag_bag.dags.items()},
        "dbt": definitions.dbt(manifest),
    }
    return HEADER + yaml.safe_dump(found, width=120, allow_unicode=True)


def test_the_definitions_are_those_of_the_snapshot(dag_bag: Any, pytestconfig: pytest.Config) -> None:
    found = render(dag_bag)
    if pytestconfig.getoption("--update-definitions", default=False):
        SNAPSHOT.write_text(found, encoding="utf-8")
    snapshot = SNAPSHOT.read_text(encoding="utf-8") if SNAPSHOT.exists() else ""
    diff = "\n".join(difflib.unified_diff(snapshot.splitlines(), found.splitlines(), n=6, lineterm=""))
    assert not diff, f"If the change is meant: make definitions, and commit the diff.\n{diff}"
