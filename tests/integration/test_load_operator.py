"""The operator of the load tasks, with Airflow's connections and without its scheduler."""

from __future__ import annotations

import json
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk.exceptions import AirflowSkipException

from include.cerebro.landing.batches import Parcel, XComParcel
from include.cerebro.loading.operator import LoadOperator
from include.cerebro.orchestration.links import OBJECTS_XCOM
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


def parcel(site: Site, zone: str, key: str) -> XComParcel:
    stored = next(stored for stored in site.listed() if stored.key == key)
    return Parcel(zone, [stored]).for_xcom()


def execute(dataset: str, objects: Any) -> tuple[dict[str, Any], LoadOperator]:
    pushed: dict[str, Any] = {}
    context: Any = {
        "ti": SimpleNamespace(xcom_push=pushed.__setitem__),
        "run_id": "a run",
        "outlet_events": defaultdict(SimpleNamespace),
    }
    operator = LoadOperator(task_id="load", dataset=dataset, objects=objects)
    try:
        operator.execute(context)
    finally:
        context["pushed"] = pushed
    return context, operator


def test_a_batch_is_loaded_named_and_listed(connected: Site) -> None:
    batch = parcel(connected, "cerebro", "here/biometrics/x.parquet")
    context, operator = execute("biometrics", batch)
    assert context["batch_name"] == "here/biometrics/x.parquet, 0.0 MB"
    # All of them: Airflow cuts the rendered arguments of a full batch (A6).
    assert context["pushed"] == {OBJECTS_XCOM: [batch]}
    assert [row[:2] for row in connected.ledger()] == [("here/biometrics/x.parquet", "loaded")]
    lineage = operator.get_openlineage_facets_on_complete(None)
    assert lineage is not None
    assert [(source.namespace, source.name) for source in lineage.inputs] == [
        (f"s3://{connected.bucket}", "here/biometrics/x.parquet")
    ]


def test_the_trouble_of_one_landing_zone_stops_no_other_and_is_raised_at_the_end(connected: Site) -> None:
    parcels = [parcel(connected, zone, "here/heroes.csv") for zone in ("broken", "cerebro")]
    with pytest.raises(Exception, match="nowhere") as error:
        execute("heroes", parcels)
    assert error.value.__notes__ == ["Landing zone: broken"]
    assert connected.rows("select landing_zone, object_key, rows_loaded from raw.loads") == [
        ("cerebro", "here/heroes.csv", 1)
    ]


def test_a_landing_zone_that_was_removed_meanwhile_is_named(connected: Site) -> None:
    with pytest.raises(ValueError, match="There is no landing zone gone: it was removed from the file"):
        execute("heroes", [parcel(connected, "gone", "here/heroes.csv")])


def test_nothing_new_is_skipped(connected: Site) -> None:
    with pytest.raises(AirflowSkipException):
        execute("heroes", [])
    assert connected.ledger() == []
