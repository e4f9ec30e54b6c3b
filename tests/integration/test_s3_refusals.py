"""The store refuses objects: one archived or forbidden object fails alone; a store that refuses all blames none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError

from include.cerebro.platform.errors import StoreRefusesError
from include.cerebro.platform.object_store import ObjectStore
from tests.integration.faults.front import Front
from tests.integration.helpers import Site
from tests.integration.samples import HEROES, one_reading

LANDING = {
    "biometrics.parquet": one_reading(80),
    "biometrics/b.parquet": one_reading(81),
    "biometrics/c.parquet": one_reading(82),
    "heroes.csv": HEROES,
    "heroes/b.csv": HEROES + b"thor,Thor,,\n",
}


@pytest.fixture
def front(site: Site) -> Iterator[Front]:
    site.put_all(LANDING)
    with Front(urlsplit(site.store.endpoint_url).port or 80) as started:
        yield started


def through(front: Front, site: Site) -> ObjectStore:
    return replace(site.store, endpoint_url=front.url)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("AccessDenied", "the store refuses it, but not others (AccessDenied: The front says no). Check its owner"),
        ("InvalidObjectState", "it is archived. Restore it"),
    ],
)
def test_a_refused_object_fails_alone(site: Site, front: Front, code: str, problem: str) -> None:
    """It used to stop its whole batch, in every run, without its key in the error."""
    front.refused = {"biometrics/b.parquet": code, "heroes/b.csv": code}
    result = site.load(store=through(front, site))
    assert sorted(result.failed) == ["biometrics/b.parquet", "heroes/b.csv"]
    for key, error in site.errors().items():
        assert error.startswith(f"{key}: {problem}")
    loaded = sorted(row[0] for row in site.ledger() if row[1] == "loaded")
    assert loaded == ["biometrics.parquet", "biometrics/c.parquet", "heroes.csv"]
    front.refused = {}
    assert site.load(store=through(front, site)).failed == []
    assert sorted(row[0] for row in site.ledger() if row[1] == "loaded") == sorted(LANDING)


def test_the_only_object_of_its_dataset_fails_alone_too(site: Site, front: Front) -> None:
    site.remove("heroes/b.csv")
    front.refused = {"heroes.csv": "AccessDenied"}
    result = site.load(store=through(front, site))
    assert (result.failed, result.objects) == (["heroes.csv"], 3)
    # The refusal may end at any time, and the ETag stays the same then.
    front.refused = {}
    assert site.load(store=through(front, site)).objects == 1


@pytest.mark.parametrize("dataset", ["biometrics", "heroes"])
def test_a_store_that_lists_but_delivers_nothing_blames_no_object(site: Site, front: Front, dataset: str) -> None:
    """A role without s3:GetObject: every object looks refused, and none is."""
    front.refused = {key: "AccessDenied" for key in LANDING if key.startswith(dataset)}
    with pytest.raises(
        StoreRefusesError, match=rf"refuses {dataset}.* and every other object of its dataset.*s3:GetObject"
    ):
        site.load(store=through(front, site))
    assert site.errors() == {}


def test_a_refused_quarantine_blames_no_object(site: Site, front: Front) -> None:
    """The answer to the quarantine's write looks like one about the object that is loaded."""
    site.put("heroes/rejected.csv", HEROES + b",Nobody,,\n")
    (rejected,) = (stored for stored in site.discover().heroes if stored.key == "heroes/rejected.csv")
    front.refused = {site.load_site.quarantine.key(rejected.key, rejected.etag): "AccessDenied"}
    with pytest.raises(ClientError, match="AccessDenied"):
        site.load(store=through(front, site))
    assert site.errors() == {}


def test_duckdb_alone_is_refused(site: Site, front: Front) -> None:
    """A region, a style of addresses or a proxy that is right for boto3 and wrong for DuckDB is no object's fault."""
    front.refuse_duckdb = True
    with pytest.raises(StoreRefusesError, match=r"DuckDB cannot read biometrics.*, though boto3 can"):
        site.load(store=through(front, site))
    assert site.errors() == {}
