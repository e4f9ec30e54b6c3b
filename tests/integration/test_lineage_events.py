"""The lineage events of loads and models: names that other tools use, and a bounded size."""

import pytest
from openlineage.client.serde import Serde
from openlineage.common.provider.dbt.local import DbtLocalArtifactProcessor
from openlineage.common.provider.dbt.processor import Adapter

from include.cerebro.lineage.events import load_lineage, model_lineage, warehouse_namespace
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.settings import DBT_ROOT
from tests.integration.helpers import Site


def objects(count: int) -> list[StoredObject]:
    return [StoredObject(f"biometrics/date=2025-01-01/{number:05d}.parquet", "e" * 32, 1) for number in range(count)]


def test_tables_have_the_names_of_dbts_own_events(site: Site) -> None:
    dbt = DbtLocalArtifactProcessor(str(DBT_ROOT), "cerebro", producer="https://example.com", job_namespace="cerebro")
    dbt.adapter_type = Adapter.POSTGRES
    there = site.warehouse
    assert warehouse_namespace(there) == dbt.extract_namespace({"host": there.host, "port": there.port})
    (output,) = load_lineage(there, "biometrics", [(site.zone, objects(1))], ["raw.biometrics"]).outputs
    assert output.name == dbt._format_dataset_name(there.database, "raw", "biometrics")


@pytest.mark.parametrize(("count", "megabytes"), [(100, 0.5), (2000, 1.0)])
def test_a_full_batch_names_every_object_and_stays_small(site: Site, count: int, megabytes: float) -> None:
    lineage = load_lineage(site.warehouse, "biometrics", [(site.zone, objects(count))], ["raw.biometrics", "raw.loads"])
    assert {stored.key for stored in objects(count)} <= {source.name for source in lineage.inputs}
    assert sum(len(Serde.to_json(dataset)) for dataset in (*lineage.inputs, *lineage.outputs)) < megabytes * 1e6

    columns = lineage.outputs[0].facets["columnLineage"].fields
    # The columns name only inputs: the objects, or their folder.
    named = {source.name for column in columns.values() for source in column.inputFields}
    assert named <= {source.name for source in lineage.inputs}
    assert named == ({"biometrics"} if count == 2000 else {stored.key for stored in objects(count)})


def test_every_column_of_raw_from_an_object_has_its_lineage(site: Site) -> None:
    bookkeeping = {"load_id", "row_number"}
    for dataset, name in (
        *((name, name) for name in ("heroes", "missions", "biometrics")),
        ("biometrics", "load_hours"),
    ):
        (output,) = load_lineage(site.warehouse, dataset, [(site.zone, objects(1))], [f"raw.{name}"]).outputs
        columns = {field.name for field in output.facets["schema"].fields}
        assert set(output.facets["columnLineage"].fields) == columns - bookkeeping, name


def test_a_model_with_unreadable_sql_still_names_its_tables(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    lineage = model_lineage(site.warehouse, ["raw.loads"], "staging.int_stale_loads", "select from from")
    assert [source.name for source in lineage.inputs] == [f"{site.warehouse.database}.raw.loads"]
    assert "columnLineage" not in lineage.outputs[0].facets
    assert "Column lineage of staging.int_stale_loads is unknown" in caplog.text
