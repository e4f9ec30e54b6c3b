"""A contract that every S3 server has to keep: a sample lands, is loaded, quarantined and reported on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import duckdb
import pytest

from include.cerebro.landing.listing import list_objects
from include.cerebro.page import content, render, report
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.sample_data.writer import Dataset, SampleSize, write_sample
from include.cerebro.zones.places import Place
from tests.integration import s3_servers
from tests.integration.helpers import Site, make_site
from tests.integration.samples import one_reading

SAMPLE = SampleSize(heroes=3, missions=12, hours=2)
DATASETS: tuple[Dataset, ...] = ("heroes", "missions", "biometrics")


@pytest.fixture(scope="module", params=["rclone", "moto", "SeaweedFS", "s3rver"])
def server(
    request: pytest.FixtureRequest, services: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The services with an S3 server of this make."""
    keys = {"AWS_ACCESS_KEY_ID": s3_servers.KEY, "AWS_SECRET_ACCESS_KEY": s3_servers.SECRET}
    folder = tmp_path_factory.mktemp(request.param)
    started: AbstractContextManager[str]
    match request.param:
        case "moto":
            started = nullcontext(request.getfixturevalue("moto"))
        case "SeaweedFS":
            started = s3_servers.seaweedfs(folder)
        case "s3rver":
            started, keys = s3_servers.s3rver(folder), dict.fromkeys(keys, "S3RVER")
        case _:
            yield services
            return
    with started as address:
        yield services | keys | {"S3_ENDPOINT_URL": address}


@pytest.fixture
def there(server: dict[str, str]) -> Iterator[Site]:
    made = make_site(server)
    yield made
    made.drop()


def test_a_sample_lands_is_loaded_quarantined_and_reported_on(there: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for dataset in DATASETS:
        assert write_sample(there.store, Place(there.bucket), dataset, SAMPLE, there.settings).objects
    strange = {f"biometrics/it's %20 + [{number}] *?#&=é.parquet": one_reading(60 + number) for number in range(3)}
    there.put_all(strange)

    result = there.load()
    assert result.failed == []
    assert result.objects == len(list(list_objects(there.client, there.bucket, "")))
    assert set(strange) < {row[0] for row in there.ledger()}
    assert result.rows_rejected == sum(len(rows) for rows in there.quarantined().values()) > 0
    assert there.load().objects == 0

    # What the report shows is of no concern here.
    monkeypatch.setattr(content, "read_page", lambda _: content.Page(datetime.now(UTC)))
    monkeypatch.setattr(render, "report_html", lambda *_: "All is well")
    report.publish(there.store, there.warehouse, Place(there.quarantine_bucket), "a run")
    written = there.client.get_object(Bucket=there.quarantine_bucket, Key=report.LATEST)
    assert written["Body"].read() == b"All is well"


# Each takes 15 s: DuckDB asks several times for a name that nobody knows.
@pytest.mark.parametrize("server", ["moto", pytest.param("SeaweedFS", marks=pytest.mark.long)], indirect=True)
def test_an_object_that_duckdb_cannot_reach_is_not_blamed(there: Site) -> None:
    """An endpoint that boto3 finds by another way than DuckDB: every object used to be written off as broken."""
    there.put("biometrics.parquet", one_reading())
    there.put("biometrics/broken.parquet", b"PAR1 and no more PAR1")

    class Elsewhere(ObjectStore):
        """Names a bucket's host to DuckDB that no name server knows, as with addressing_style virtual."""

        @property
        def url_style(self) -> str:
            return "vhost"

    elsewhere = Elsewhere(**{name: getattr(there.store, name) for name in there.store.__dataclass_fields__})
    with duckdb_session(there.settings, elsewhere, http_retries=0) as duck, pytest.raises(duckdb.Error):
        duck.execute("select * from read_parquet(?)", [f"s3://{there.bucket}/biometrics.parquet"])
    with pytest.raises(Exception, match=r"DuckDB cannot read|Could not|error for HTTP"):
        replace(there, store=elsewhere).load()
    assert there.errors() == {}
    assert there.load().objects == 1
    assert set(there.errors()) == {"biometrics/broken.parquet"}
