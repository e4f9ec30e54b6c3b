"""Whatever the Airflow connection resolves to works for boto3 and for DuckDB alike."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pytest
from botocore.exceptions import ClientError, SSLError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from include.cerebro.landing.listing import list_objects
from include.cerebro.platform import connections
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.object_store import ObjectStore
from tests.integration.conftest import Connect
from tests.integration.faults.front import Front
from tests.integration.helpers import Site
from tests.integration.samples import one_reading

KEYS = {"aws_access_key_id": "$KEY", "aws_secret_access_key": "$SECRET"}
ENVIRONMENT = {name.upper(): value for name, value in KEYS.items()}
ENDPOINT = {"endpoint_url": "$URL"}


def read(store: ObjectStore, site: Site) -> None:
    """List with boto3 and read with DuckDB."""
    site.put("biometrics.parquet", one_reading())
    assert [stored.key for stored in list_objects(store.client(), site.bucket, "")] == ["biometrics.parquet"]
    with duckdb_session(site.settings, store) as duck:
        query = "select count(*) from read_parquet(?)"
        assert duck.execute(query, [f"s3://{site.bucket}/biometrics.parquet"]).fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("login", "extra", "environment", "region"),
    [
        pytest.param("$KEY", ENDPOINT, {}, "us-east-1", id="login and password"),
        pytest.param("$KEY", ENDPOINT | {"region_name": "eu-west-1"}, {}, "eu-west-1", id="region named"),
        pytest.param(None, ENDPOINT | KEYS, {}, "us-east-1", id="keys in the extra"),
        pytest.param(None, ENDPOINT, ENVIRONMENT, "us-east-1", id="environment"),
        pytest.param(None, ENDPOINT, ENVIRONMENT | {"AWS_DEFAULT_REGION": "eu-west-3"}, "eu-west-3", id="its region"),
        pytest.param(None, ENDPOINT | {"profile_name": "team"}, {}, "eu-north-1", id="profile_name"),
        pytest.param(None, ENDPOINT, {"AWS_PROFILE": "team"}, "eu-north-1", id="AWS_PROFILE"),
        pytest.param("$KEY", {}, {"AWS_ENDPOINT_URL": "$URL"}, "us-east-1", id="AWS_ENDPOINT_URL"),
        pytest.param("$KEY", {}, {"AWS_ENDPOINT_URL_S3": "$URL"}, "us-east-1", id="AWS_ENDPOINT_URL_S3"),
        pytest.param("$KEY", {"service_config": {"s3": ENDPOINT}}, {}, "us-east-1", id="service_config"),
        pytest.param("$KEY", ENDPOINT, {"AWS_PROFILE": "team"}, "eu-north-1", id="keys before profile"),
        pytest.param("$KEY", {"config_kwargs": {"proxies": {"http": "$URL"}}, "endpoint_url": "http://s3.invalid"},
                     {}, "us-east-1", id="proxies"),
        pytest.param("$KEY", {"endpoint_url": "http://s3.invalid"}, {"HTTP_PROXY": "$URL"}, "us-east-1",
                     id="HTTP_PROXY"),
        pytest.param("$KEY", ENDPOINT, {"HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1"}, "us-east-1",
                     id="NO_PROXY"),
    ],
)  # fmt: skip
def test_a_way_to_sign_in(
    site: Site, connect: Connect, login: str | None, extra: dict[str, Any], environment: dict[str, str], region: str
) -> None:
    """Only a login, a password and an endpoint in the extra used to be understood."""
    store = connect(extra, environment, login)
    assert store.region == region
    read(store, site)


def test_without_credentials_one_sentence_says_what_to_do(connect: Connect) -> None:
    with pytest.raises(connections.ConnectionIncompleteError, match=r"'minio' has no keys.*role_arn or profile_name"):
        connect(ENDPOINT)
    with pytest.raises(connections.ConnectionIncompleteError, match="'minio' has only one of login"):
        connect(ENDPOINT, password="half a key")


# Roles


@pytest.fixture
def front(site: Site) -> Iterator[Front]:
    with Front(urlsplit(site.store.endpoint_url).port or 80) as started:
        started.role = (site.store.access_key_id, site.store.secret_access_key)
        yield started


def assuming(front: Front) -> dict[str, Any]:
    return {
        "endpoint_url": front.url,
        "role_arn": "arn:aws:iam::123456789012:role/cerebro",
        "service_config": {"sts": {"endpoint_url": front.url}},
        "region_name": "us-east-1",
    }


def test_a_role_is_assumed_and_its_keys_are_renewed_for_each_part(site: Site, connect: Connect, front: Front) -> None:
    """Keys beside a role used to win. A role's keys expire while a load runs: each is good for four requests here."""
    front.requests_per_token = 4
    objects = {f"biometrics/{number}.parquet": one_reading(60 + number) for number in range(10)}
    site.put_all(objects)
    site.changed = {"part_objects": 1}
    assert site.load(store=connect(assuming(front), login="$KEY")).objects == 10
    assert sorted(row[0] for row in site.ledger()) == sorted(objects)
    assert front.expired == 0
    assert len(front.uses) > 10


def test_a_role_that_is_refused(connect: Connect, front: Front) -> None:
    front.role = None
    with pytest.raises(ClientError, match=r"AccessDenied.*AssumeRole"):
        connect(assuming(front), login="$KEY")


# Certificates


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two files, each with a key and a certificate for 127.0.0.1 that is its own CA."""
    made = []
    for name in ("ours", "another"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = (
            x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(address, critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        path = tmp_path_factory.mktemp("certificates") / f"{name}.pem"
        path.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        made.append(path)
    return made


@pytest.fixture
def tls_front(site: Site, certificates: list[Path]) -> Iterator[Front]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates[0])
    with Front(urlsplit(site.store.endpoint_url).port or 80, context) as started:
        yield started


@pytest.mark.filterwarnings("ignore:Unverified HTTPS")
@pytest.mark.parametrize("how", ["verify", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "unverified"])
def test_a_private_ca(site: Site, connect: Connect, tls_front: Front, certificates: list[Path], how: str) -> None:
    """``verify`` used to be ignored, and AWS_CA_BUNDLE reached boto3 only."""
    extra: dict[str, Any] = {"endpoint_url": tls_front.url}
    environment = {}
    if how == "verify":
        extra["verify"] = str(certificates[0])
    elif how == "unverified":
        extra["verify"] = False
    else:
        environment[how] = str(certificates[0])
    read(connect(extra, environment, "$KEY"), site)


def test_a_missing_ca_file_is_named(connect: Connect) -> None:
    with pytest.raises(
        connections.ConnectionIncompleteError, match=r"'minio' names the CA /nowhere/ca.pem .*not there"
    ):
        connect({"endpoint_url": "https://127.0.0.1:9", "verify": "/nowhere/ca.pem"}, login="$KEY")


def test_another_ca_is_refused_by_both(
    site: Site, connect: Connect, tls_front: Front, certificates: list[Path]
) -> None:
    site.put("biometrics.parquet", one_reading())
    for verify in (str(certificates[1]), True):
        store = connect({"endpoint_url": tls_front.url, "verify": verify}, login="$KEY")
        with pytest.raises(SSLError):
            list(list_objects(store.client(), site.bucket, ""))
        with duckdb_session(site.settings, store, http_retries=0) as duck, pytest.raises(duckdb.IOException):
            duck.execute("select * from read_parquet(?)", [f"s3://{site.bucket}/biometrics.parquet"])
