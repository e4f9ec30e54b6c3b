"""The S3 server is killed, is slow or refuses, or its connections are cut, while objects are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from include.cerebro.platform.buckets import BucketUnusableError
from include.cerebro.platform.object_store import ObjectStore
from tests.integration.faults.landing import LANDING
from tests.integration.faults.proxy import Proxy
from tests.integration.faults.servers import Servers
from tests.integration.faults.test_warehouse_faults import assert_no_biometrics, error_of
from tests.integration.helpers import Site

# Bytes. Longer answers are contents of objects: listings and footers are shorter.
LONGEST_OTHER_ANSWER = 12_000


def behind(proxy: Proxy, site: Site) -> ObjectStore:
    """The site's store, reached through the proxy."""
    return replace(site.store, endpoint_url=proxy.url)


@pytest.mark.long
def test_killed_while_objects_are_read(site: Site, servers: Servers, check_recovery: Callable[[], None]) -> None:
    with Proxy(servers.ports.s3, "hold", LONGEST_OTHER_ANSWER) as proxy:
        process = site.start_load(S3_ENDPOINT_URL=proxy.url)
        assert proxy.held.wait(60)
        servers.kill_s3()
        proxy.release()
        error_of(process)
    assert_no_biometrics(site)
    servers.start("s3")
    check_recovery()


def test_connection_cut_once(site: Site, servers: Servers, check_recovery: Callable[[], None]) -> None:
    """A transient fault does not fail the task: DuckDB retries."""
    with Proxy(servers.ports.s3, "cut", LONGEST_OTHER_ANSWER, cuts=1) as proxy:
        assert site.load(store=behind(proxy, site)).failed == []
        assert proxy.cut_count == 1
    assert len(site.ledger()) == 8
    check_recovery()


@pytest.mark.long
def test_connections_cut_every_time(site: Site, servers: Servers, check_recovery: Callable[[], None]) -> None:
    """Short answers arrive, long ones never do: the store is at fault, so no object is marked as failed."""
    with Proxy(servers.ports.s3, "cut", LONGEST_OTHER_ANSWER) as proxy:
        assert "error for HTTP GET" in error_of(site.start_load(S3_ENDPOINT_URL=proxy.url))
        assert proxy.cut_count > 1
    # The smallest objects may be loaded, the large ones are not, and none is marked as failed.
    assert {row[1] for row in site.ledger()} == {"loaded"}
    assert len(site.ledger()) < len(LANDING)
    check_recovery()


@pytest.mark.long
def test_slow(site: Site, servers: Servers, check_recovery: Callable[[], None]) -> None:
    with Proxy(servers.ports.s3, pause=0.05) as proxy:
        assert site.load(store=behind(proxy, site)).failed == []
    check_recovery()


@pytest.mark.long
def test_down_when_the_load_begins(site: Site, servers: Servers, check_recovery: Callable[[], None]) -> None:
    found = site.discover()
    servers.kill_s3()
    with pytest.raises(BotoCoreError):
        site.load()
    servers.start("s3")
    assert site.ledger() == []
    assert site.discover() == found
    check_recovery()


@pytest.mark.long
def test_keys_refused(site: Site, check_recovery: Callable[[], None]) -> None:
    with pytest.raises(BucketUnusableError, match=r"InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|403"):
        site.load(store=replace(site.store, secret_access_key="wrong horse battery"))
    assert site.ledger() == []
    check_recovery()


def test_bucket_missing(site: Site, check_recovery: Callable[[], None]) -> None:
    with pytest.raises(BucketUnusableError, match="There is no bucket no-such-bucket"):
        site.load(bucket="no-such-bucket")
    assert site.ledger() == []
    check_recovery()


@pytest.mark.long
def test_quarantine_bucket_missing(site: Site, check_recovery: Callable[[], None]) -> None:
    """A row that cannot be kept is not rejected: nothing is committed without the quarantine."""
    with pytest.raises(ClientError, match="NoSuchBucket"):
        site.load(quarantine_bucket="no-such-quarantine")
    assert site.ledger() == []
    check_recovery()
