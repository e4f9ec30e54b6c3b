"""The operator of the load tasks, with Airflow's connections and without its scheduler."""

from __future__ import annotations

import json
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing.batches import BatchReference, Parcel
from include.cerebro.ledger import manifests
from include.cerebro.loading.operator import LoadOperator
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.settings import Settings
from tests.integration.helpers import Site
from tests.integration.samples import HEROES, one_reading

ZONES = """\
landing_zones:
  - name: broken
    connection: nowhere
    bucket: {bucket}
    prefix: elsewhere
  - name: cerebro
    bucket: {bucket}
    prefix: here
"""


@pytest.fixture
def connected(site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Site:
    """The site by Airflow's connections: a broken landing zone, and one in the folder ``here``."""
    store, warehouse = site.store, site.warehouse
    minio = {"conn_type": "aws", "login": store.access_key_id, "password": store.secret_access_key}
    own = {"host": warehouse.host, "port": warehouse.port, "login": warehouse.user, "password": warehouse.password}
    monkeypatch.setenv("AIRFLOW_CONN_MINIO", json.dumps(minio | {"extra": {"endpoint_url": store.endpoint_url}}))
    monkeypatch.setenv(
        "AIRFLOW_CONN_WAREHOUSE", json.dumps({"conn_type": "postgres", "schema": warehouse.database} | own)
    )
    monkeypatch.setenv("AIRFLOW_VAR_CEREBRO_BUCKET", site.bucket)
    path = tmp_path / "zones.yaml"
    path.write_text(ZONES.format(bucket=site.bucket))
    settings = Settings(landing_zones=path, quarantine_bucket=site.quarantine_bucket)
    monkeypatch.setattr("include.cerebro.loading.operator.read_settings", lambda: settings)
    site.put_all({"here/heroes.csv": HEROES, "here/biometrics/x.parquet": one_reading()})
    return site


def batch(site: Site, zone: str, key: str, dataset: str = "heroes") -> BatchReference:
    """Write a batch of one object, as discovery does."""
    stored = next(stored for stored in site.listed() if stored.key == key)
    with site.warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        number = manifests.write(cursor, "a run", zone, dataset, [stored])
        connection.commit()
    return Parcel(zone, [stored], number).reference


def execute(dataset: str, batches: Any) -> tuple[dict[str, Any], LoadOperator]:
    context: Any = {"run_id": "a run", "outlet_events": defaultdict(SimpleNamespace)}
    operator = LoadOperator(task_id="load", dataset=dataset, batches=batches)
    operator.execute(context)
    return context, operator


def test_a_batch_is_loaded_named_and_finished(connected: Site) -> None:
    reference = batch(connected, "cerebro", "here/biometrics/x.parquet", "biometrics")
    context, operator = execute("biometrics", reference)
    assert context["batch_name"] == "here/biometrics/x.parquet, 0.0 MB"
    assert [row[:2] for row in connected.ledger()] == [("here/biometrics/x.parquet", "loaded")]
    assert connected.rows("select batch, finished_at is not null from meta.manifests") == [(reference["batch"], True)]
    key: Any = SimpleNamespace(run_id="a run+1", dag_id="d", task_id="t", map_index=0)
    (link,) = operator.operator_extra_links
    assert link.get_link(operator, ti_key=key).endswith(f"/cerebro/objects?run_id=a+run%2B1&batch={reference['batch']}")
    lineage = operator.get_openlineage_facets_on_complete(None)
    assert lineage is not None
    assert [(source.namespace, source.name) for source in lineage.inputs] == [
        (f"s3://{connected.bucket}", "here/biometrics/x.parquet")
    ]


def test_the_trouble_of_one_landing_zone_stops_no_other_and_is_raised_at_the_end(connected: Site) -> None:
    batches = [batch(connected, zone, "here/heroes.csv") for zone in ("broken", "cerebro")]
    with pytest.raises(Exception, match="nowhere") as error:
        execute("heroes", batches)
    assert error.value.__notes__ == ["Landing zone: broken"]
    assert connected.rows("select landing_zone, object_key, rows_loaded from raw.loads") == [
        ("cerebro", "here/heroes.csv", 1)
    ]


def test_a_landing_zone_that_was_removed_meanwhile_is_named(connected: Site) -> None:
    with pytest.raises(ValueError, match="There is no landing zone gone: it was removed from the file"):
        execute("heroes", [batch(connected, "gone", "here/heroes.csv")])


def test_nothing_new_is_skipped(connected: Site) -> None:
    with pytest.raises(AirflowSkipException):
        execute("heroes", [])
    assert connected.ledger() == []


def test_a_batch_that_a_later_run_has_taken_over_is_skipped(connected: Site) -> None:
    reference = batch(connected, "cerebro", "here/heroes.csv")
    connected.rows("delete from meta.manifests returning 1")
    with pytest.raises(AirflowSkipException, match="A later run has taken over"):
        execute("heroes", [reference])
