"""How the store's settings reach boto3 and DuckDB."""

from __future__ import annotations

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from include.cerebro.platform.object_store import EndpointError, Keys, ObjectStore


@pytest.fixture(autouse=True)
def no_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("region", "host"), [("us-east-1", "s3.amazonaws.com"), ("eu-west-1", "s3.eu-west-1.amazonaws.com")]
)
def test_no_endpoint_means_aws(region: str, host: str) -> None:
    store = ObjectStore(access_key_id="key", secret_access_key="secret", region=region)
    assert store.host == host
    assert store.uses_tls
    assert store.ca_file
    assert store.client().meta.region_name == region


def test_an_endpoint_with_a_path_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """All objects used to be marked as failed: boto3 uses the path, DuckDB does not."""
    with pytest.raises(EndpointError, match=r"http://minio:9000/s3, has a path.*by host and port alone"):
        ObjectStore("http://minio:9000/s3", "key", "secret").client()
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://minio:9000/s3")
    with pytest.raises(EndpointError):
        ObjectStore("", "key", "secret").client()
    ObjectStore("http://minio:9000/", "key", "secret").client()


def test_settings_of_the_client_add_to_ours() -> None:
    assert ObjectStore("http://minio:9000").client().meta.config.s3 == {"addressing_style": "path"}
    config = Config(s3={"addressing_style": "virtual"}, read_timeout=5)
    store = ObjectStore("http://minio:9000", "key", "secret", config=config)
    assert store.url_style == "vhost"
    used = store.client().meta.config
    assert (used.s3["addressing_style"], used.read_timeout, used.connect_timeout) == ("virtual", 5, 10)
    other = ObjectStore("http://minio:9000", config=Config(s3={"payload_signing_enabled": True}))
    assert other.url_style == "path"
    assert other.client().meta.config.s3["addressing_style"] == "path"


def test_unsigned_requests_have_no_keys() -> None:
    store = ObjectStore("http://minio:9000", "key", "secret", config=Config(signature_version=UNSIGNED))
    assert store.keys() == Keys("", "", "")
