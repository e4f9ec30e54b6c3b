"""Identities of AWS, played by moto and by doubles: what hands out keys, which boto3 and DuckDB use."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from include.cerebro.platform.connections import ConnectionIncompleteError
from include.cerebro.platform.duckdb_session import duckdb_session
from include.cerebro.platform.object_store import ObjectStore
from tests.integration.conftest import Connect
from tests.integration.faults.front import Front
from tests.integration.helpers import Site, parquet
from tests.integration.samples import HEROES, NOON, one_reading

ROLE = "arn:aws:iam::123456789012:role/cerebro"
WEB_TOKEN = "a-token-of-the-company-s-identity-provider"


@pytest.fixture
def site(moto_site: Site) -> Site:
    return moto_site


def loads(site: Site, store: ObjectStore) -> None:
    """One reading is rejected, so that the store is written to."""
    readings = parquet([(NOON, "hulk", 80, 10, 100), (NOON, " ", 80, 10, 100)])
    site.put_all({"heroes.csv": HEROES, "biometrics.parquet": readings})
    assert site.load(store=store).objects == 2
    assert len(site.quarantined()) == 1


def assuming(moto: str, **more: Any) -> dict[str, Any]:
    sts = {"service_config": {"sts": {"endpoint_url": moto}}, "region_name": "us-east-1"}
    return {"role_arn": ROLE, "endpoint_url": moto, **sts, **more}


def test_environment_without_an_endpoint(site: Site, connect: Connect, moto: str) -> None:
    """AWS itself has no endpoint; AWS_ENDPOINT_URL is what stands in for it."""
    keys = {"AWS_ACCESS_KEY_ID": "environment-s", "AWS_SECRET_ACCESS_KEY": "secret"}
    store = connect({}, keys | {"AWS_ENDPOINT_URL": moto, "AWS_DEFAULT_REGION": "us-east-1"})
    assert store.keys().access_key_id == "environment-s"
    loads(site, store)


def test_temporary_keys(site: Site, connect: Connect, moto: str) -> None:
    sts = boto3.client(
        "sts", endpoint_url=moto, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    given = sts.get_session_token()["Credentials"]
    extra = {name: given[key] for name, key in (
        ("aws_access_key_id", "AccessKeyId"), ("aws_secret_access_key", "SecretAccessKey"),
        ("aws_session_token", "SessionToken"))}  # fmt: skip
    store = connect({"endpoint_url": moto, **extra})
    assert store.keys() == tuple(extra.values())
    loads(site, store)


def test_assumed_role(site: Site, connect: Connect, moto: str) -> None:
    store = connect(assuming(moto, assume_role_kwargs={"ExternalId": "the-company"}), login="$KEY")
    assert store.keys().access_key_id.startswith("ASIA")
    loads(site, store)


def test_a_role_of_a_short_session_is_renewed_for_each_part(site: Site, connect: Connect, moto: str) -> None:
    """botocore renews keys that end within 15 minutes: those of the shortest session that STS grants, at each use."""
    site.put_all({f"biometrics/{number}.parquet": one_reading(60 + number) for number in range(6)})
    site.changed = {"part_objects": 1}
    with Front(urlsplit(moto).port or 80) as front:
        extra = assuming(moto, assume_role_kwargs={"DurationSeconds": 900}) | {"endpoint_url": front.url}
        assert site.load(store=connect(extra, login="$KEY")).objects == 6
        assert len(front.tokens) >= 6


def test_a_role_needs_a_region(connect: Connect, moto: str) -> None:
    with pytest.raises(ConnectionIncompleteError, match=r"'minio' assumes a role, which needs a region"):
        connect(assuming(moto, region_name=None), login="$KEY")


def test_profile_that_assumes_a_role(site: Site, connect: Connect, moto: str, tmp_path: Path) -> None:
    config = f"[profile team-role]\nrole_arn={ROLE}\nsource_profile=team\nregion=eu-north-1\n"
    (tmp_path / "config").write_text(config)
    store = connect({"endpoint_url": moto, "profile_name": "team-role"}, {"AWS_ENDPOINT_URL_STS": moto})
    assert store.keys().access_key_id.startswith("ASIA")
    assert store.region == "eu-north-1"
    loads(site, store)


@pytest.fixture
def token_file(tmp_path: Path) -> str:
    path = tmp_path / "token"
    path.write_text(WEB_TOKEN)
    return str(path)


def test_web_identity(site: Site, connect: Connect, moto: str, token_file: str) -> None:
    extra = assuming(
        moto,
        assume_role_method="assume_role_with_web_identity",
        assume_role_with_web_identity_federation="file",
        assume_role_with_web_identity_token_file=token_file,
    )
    store = connect(extra)
    assert store.keys().access_key_id.startswith("ASIA")
    loads(site, store)


def test_irsa(site: Site, connect: Connect, moto: str, token_file: str) -> None:
    """What EKS sets in a pod; no key is anywhere."""
    pod = {"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": token_file, "AWS_ENDPOINT_URL_STS": moto}
    store = connect({"endpoint_url": moto}, pod | {"AWS_DEFAULT_REGION": "us-east-1"})
    assert store.keys().access_key_id.startswith("ASIA")
    loads(site, store)


class _Metadata(BaseHTTPRequestHandler):
    """What answers on a machine of AWS: the agent of a container or pod, and the metadata of an instance."""

    def log_message(self, *_: object) -> None:
        pass

    def do_PUT(self) -> None:
        self._send("a session of the metadata service")

    def do_GET(self) -> None:
        until = datetime.now(UTC) + timedelta(hours=1)
        keys = {"Code": "Success", "AccessKeyId": "ASIAMACHINE", "SecretAccessKey": "secret", "Token": "a token"}
        role = self.path == "/latest/meta-data/iam/security-credentials/"
        self._send("cerebro" if role else json.dumps(keys | {"Expiration": until.strftime("%Y-%m-%dT%H:%M:%SZ")}))

    def _send(self, text: str) -> None:
        is_allowed = self.path != "/pod" or self.headers.get("Authorization") == "the pod's token"
        self.send_response(200 if is_allowed else 401)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())


@pytest.fixture
def machine() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Metadata) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_pod_identity_and_containers(site: Site, connect: Connect, moto: str, machine: str, tmp_path: Path) -> None:
    """EKS sets a file with the pod's token; ECS the token itself. MWAA's workers are such containers."""
    (tmp_path / "pod").write_text("the pod's token")
    agent = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{machine}/pod"}
    store = connect({"endpoint_url": moto}, agent | {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(tmp_path / "pod")})
    assert store.keys() == ("ASIAMACHINE", "secret", "a token")
    loads(site, store)


def test_instance_profile(site: Site, connect: Connect, moto: str, machine: str) -> None:
    instance = {"AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": machine}
    store = connect({"endpoint_url": moto}, instance)
    assert store.keys() == ("ASIAMACHINE", "secret", "a token")
    loads(site, store)


def test_without_a_signature(site: Site, connect: Connect, moto: str) -> None:
    store = connect({"endpoint_url": moto, "config_kwargs": {"signature_version": "unsigned"}})
    assert store.keys() == ("", "", "")
    site.client.put_object(Bucket=site.bucket, Key="open.parquet", Body=one_reading(), ACL="public-read")
    assert store.client().get_object(Bucket=site.bucket, Key="open.parquet")["ContentLength"]
    with duckdb_session(site.settings, store) as duck:
        assert duck.execute(
            "select count(*) from read_parquet(?)", [f"s3://{site.bucket}/open.parquet"]
        ).fetchone() == (1,)
