"""The lineage of one run, as OpenLineage events in files: from every object to every column, without a gap."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e.observed.conftest import FirstRun

OBT = "cerebro.analytics.obt_cerebro_restored"
# Columns that a load or the transformation adds: no object has them.
BOOKKEEPING = {
    "landing_zone",
    "load_id",
    "row_number",
    "object_key",
    "dataset",
    "supersedes",
    "loaded_at",
    "rows_in",
    "rows_rejected",
}


class Field(NamedTuple):
    """A column of a table, or a field of an object's records."""

    namespace: str
    dataset: str
    name: str


def run_of(event: dict[str, Any]) -> str | None:
    """The DAG run of a task's event; None for the events of runs themselves."""
    return event["run"]["facets"].get("airflow", {}).get("dagRun", {}).get("run_id")


@pytest.fixture(scope="module")
def events(first: FirstRun, observed_stack: dict[str, str]) -> list[dict[str, Any]]:
    """The COMPLETE events of all tasks of one run."""
    found = [
        json.loads(line)
        for path in sorted(Path(observed_stack["LINEAGE_FOLDER"]).iterdir())
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return [event for event in found if event["eventType"] == "COMPLETE" and run_of(event) == first.run.run_id]


@pytest.fixture(scope="module")
def made_from(events: list[dict[str, Any]]) -> dict[Field, set[Field]]:
    """The source columns and fields of each column."""
    result: dict[Field, set[Field]] = defaultdict(set)
    for event in events:
        for output in event["outputs"]:
            columns = output["facets"].get("columnLineage", {}).get("fields", {})
            for column, sources in columns.items():
                result[Field(output["namespace"], output["name"], column)] |= {
                    Field(source["namespace"], source["name"], source["field"]) for source in sources["inputFields"]
                }
    return result


def ancestors(field: Field, made_from: dict[Field, set[Field]]) -> set[Field]:
    found: set[Field] = set()
    waiting = [field]
    while waiting:
        for source in made_from.get(waiting.pop(), ()):
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def test_every_object_is_the_input_of_the_task_that_loaded_it(events: list[dict[str, Any]], first: FirstRun) -> None:
    loads = [event for event in events if ".load." in event["job"]["name"]]
    assert {source["name"] for event in loads for source in event["inputs"]} == first.keys
    assert {source["namespace"] for event in loads for source in event["inputs"]} == {"s3://cerebro-data"}
    assert {output["name"] for event in loads for output in event["outputs"]} == {
        f"cerebro.raw.{table}" for table in ("heroes", "missions", "biometrics", "load_hours", "loads")
    }
    assert all(source["facets"]["version"]["datasetVersion"] for event in loads for source in event["inputs"])


def test_models_read_tables_under_the_names_of_their_writers(events: list[dict[str, Any]], first: FirstRun) -> None:
    written = {(output["namespace"], output["name"]) for event in events for output in event["outputs"]}
    read = {(source["namespace"], source["name"]) for event in events for source in event["inputs"]}
    (warehouse,) = {namespace for namespace, name in written if name == OBT}
    # The transformation's own state, and what retention has done.
    own = {"raw.retentions", "meta.tables", "meta.transformations"}
    # Discovery reads the landing zone as a whole.
    assert read - written == {("s3://cerebro-data", key) for key in (*first.keys, "/")} | {
        (warehouse, f"cerebro.{name}") for name in own
    }


def test_the_chain_from_an_object_to_a_column_of_the_big_table_is_unbroken(
    made_from: dict[Field, set[Field]], first: FirstRun
) -> None:
    (energy,) = {field for field in made_from if field.dataset == OBT and field.name == "energy_output"}
    found = ancestors(energy, made_from)
    tables = {f"{field.dataset}.{field.name}" for field in found if field.namespace == energy.namespace}
    assert tables == {
        "cerebro.marts.fact_biometrics.energy_output",
        # The mean, and the largest reading, which bounds it.
        *(
            f"cerebro.{table}.energy_output_{part}"
            for table in ("staging.stg_biometrics", "raw.biometrics")
            for part in ("sum", "count", "max")
        ),
    }
    objects = {field for field in found if field.namespace == "s3://cerebro-data"}
    assert {field.dataset for field in objects} == {key for key in first.keys if key.startswith("biometrics")}
    assert {field.name for field in objects} == {"energy_output"}


def test_every_column_that_analysts_read_leads_back_to_objects(made_from: dict[Field, set[Field]]) -> None:
    columns = [field for field in made_from if field.dataset.startswith("cerebro.analytics.")]
    assert len(columns) >= 25
    for column in columns:
        found = ancestors(column, made_from)
        ends = {field for field in found if field not in made_from}
        assert any(field.namespace == "s3://cerebro-data" for field in ends), column
        assert {field for field in ends if not field.namespace.startswith("s3:")} <= {
            field for field in ends if field.name in BOOKKEEPING
        }, column


def test_the_dbt_process_does_not_report_the_lineage_of_the_models_again(events: list[dict[str, Any]]) -> None:
    (producer,) = [event for event in events if event["job"]["name"].endswith("dbt_producer_watcher")]
    assert (producer["inputs"], producer["outputs"]) == ([], [])
