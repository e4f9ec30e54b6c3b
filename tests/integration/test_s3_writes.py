"""What is written to S3 is as the connection says: moto notes encryption, checksum and storage class of an object."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from include.cerebro.landing.listing import list_objects
from include.cerebro.page import content, render, report
from include.cerebro.platform.connections import ConnectionIncompleteError
from include.cerebro.sample_data.writer import SampleSize, write_sample
from include.cerebro.zones.places import Place
from tests.integration.conftest import Connect
from tests.integration.helpers import Site, parquet
from tests.integration.samples import HEROES, NOON

KMS_KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def site(moto_site: Site) -> Site:
    return moto_site


def encrypting(moto: str, **arguments: str) -> dict[str, Any]:
    return {"endpoint_url": moto, "service_config": {"s3": {"extra_args": arguments}}}


def head(site: Site, bucket: str, key: str) -> Any:
    return site.client.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")


def test_what_is_written_is_encrypted_as_the_connection_says(
    site: Site, connect: Connect, moto: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = connect(encrypting(moto, ServerSideEncryption="aws:kms", SSEKMSKeyId=KMS_KEY), login="$KEY")
    site.put("biometrics.parquet", parquet([(NOON, "hulk", 80, 10, 100), (NOON, " ", 80, 10, 100)]))
    site.load(store=store)
    monkeypatch.setattr(content, "read_page", lambda _: content.Page.without_warehouse(""))
    monkeypatch.setattr(render, "report_html", lambda *_: "a report")
    report.publish(store, site.warehouse, Place.parse(site.quarantine_bucket), "a run")
    sample = write_sample(store, site.zone.place, "heroes", SampleSize(heroes=1, missions=1, hours=1), site.settings)
    assert sample.objects
    written_keys = {stored.key for stored in list_objects(site.client, site.quarantine_bucket, "")}
    (quarantined,) = {key for key in written_keys if key.endswith(".parquet")}
    for bucket, key in (
        (site.quarantine_bucket, quarantined),
        (site.quarantine_bucket, report.LATEST),
        (site.bucket, "heroes.csv"),
    ):
        written = head(site, bucket, key)
        assert (written.get("ServerSideEncryption"), written.get("SSEKMSKeyId")) == ("aws:kms", KMS_KEY), key


def test_checksums(site: Site, connect: Connect, moto: str) -> None:
    site.put("heroes/rejected.csv", HEROES + b",Nobody,,\n")
    extra = encrypting(moto, ServerSideEncryption="AES256", ChecksumAlgorithm="SHA256", StorageClass="STANDARD_IA")
    site.load(store=connect(extra, login="$KEY"))
    (key,) = site.quarantined()
    written = head(site, site.quarantine_bucket, key)
    assert written["ChecksumSHA256"]
    assert (written["ServerSideEncryption"], written["StorageClass"]) == ("AES256", "STANDARD_IA")


@pytest.mark.parametrize(
    ("endpoint_url", "environment", "config", "expected"),
    [
        ("", {}, None, "when_supported"),
        ("http://minio:9000", {}, None, "when_required"),
        ("", {"AWS_ENDPOINT_URL": "http://minio:9000"}, None, "when_required"),
        ("http://minio:9000", {"AWS_REQUEST_CHECKSUM_CALCULATION": "when_supported"}, None, "when_supported"),
        ("http://minio:9000", {}, {"request_checksum_calculation": "when_supported"}, "when_supported"),
    ],
)
def test_when_boto3_adds_checksums(
    connect: Connect, endpoint_url: str, environment: dict[str, str], config: dict[str, str] | None, expected: str
) -> None:
    """On AWS always; on other servers, some of which refuse them, where the connection or the environment says so."""
    extra = ({"endpoint_url": endpoint_url} if endpoint_url else {}) | ({"config_kwargs": config} if config else {})
    made: Any = connect(extra, environment, "$KEY").client().meta.config
    assert made.request_checksum_calculation == expected


def test_arguments_that_cannot_be_used(connect: Connect, moto: str) -> None:
    with pytest.raises(ConnectionIncompleteError, match=r"extra_args of Airflow connection 'minio' has Encryption\."):
        connect(encrypting(moto, Encryption="yes"), login="$KEY")
    with pytest.raises(ConnectionIncompleteError, match="has SSECustomerKey"):
        connect(encrypting(moto, SSECustomerKey="secret"), login="$KEY")


def test_no_argument_shows(site: Site) -> None:
    assert KMS_KEY not in repr(replace(site.store, written_with={"SSEKMSKeyId": KMS_KEY}))
