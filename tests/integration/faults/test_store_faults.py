"""The S3 server dies, stalls, refuses, or loses the connection while it is being read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from include.cerebro.platform.object_store import ObjectStore
from tests.integration.faults.landing import LANDING
from tests.integration.faults.proxy import Proxy
from tests.integration.faults.servers import Servers
from tests.integration.faults.test_warehouse_faults import nothing_of_biometrics, raised
from tests.integration.helpers import Site

# An answer of this many bytes is the content of an object: listings and footers are shorter.
WITHIN_AN_OBJECT = 12_000


def through(proxy: Proxy, site: Site) -> ObjectStore:
    return replace(site.store, endpoint_url=proxy.url)


def test_killed_while_it_is_read(site: Site, servers: Servers, heals: Callable[..., None]) -> None:
    with Proxy(servers.ports.s3, "hold", WITHIN_AN_OBJECT) as proxy:
        process = site.start_load(S3_ENDPOINT_URL=proxy.url)
        assert proxy.held.wait(60)
        servers.kill_s3()
        proxy.release()
        raised(process)
    nothing_of_biometrics(site)
    servers.start("s3")
    heals()


def test_connection_lost_once(site: Site, servers: Servers, heals: Callable[..., None]) -> None:
    """A fault that passes is not worth a failed task."""
    with Proxy(servers.ports.s3, "cut", WITHIN_AN_OBJECT, cuts=1) as proxy:
        assert site.load(store=through(proxy, site)).failed == []
        assert proxy.cut_count == 1
    assert len(site.ledger()) == 8
    heals()


def test_connection_lost_again_and_again(site: Site, servers: Servers, heals: Callable[..., None]) -> None:
    """Small answers come through, large ones never do: the store is to blame, not the objects."""
    with Proxy(servers.ports.s3, "cut", WITHIN_AN_OBJECT) as proxy:
        assert "error for HTTP GET" in raised(site.start_load(S3_ENDPOINT_URL=proxy.url))
        assert proxy.cut_count > 1
    # The smallest objects may be there by now, the large ones are not, and none is blamed.
    assert {row[1] for row in site.ledger()} == {"loaded"}
    assert len(site.ledger()) < len(LANDING)
    heals()


def test_slow(site: Site, servers: Servers, heals: Callable[..., None]) -> None:
    with Proxy(servers.ports.s3, pause=0.05) as proxy:
        assert site.load(store=through(proxy, site)).failed == []
    heals()


def test_down_when_the_load_begins(site: Site, servers: Servers, heals: Callable[..., None]) -> None:
    found = site.discover()
    servers.kill_s3()
    with pytest.raises(BotoCoreError):
        site.load()
    servers.start("s3")
    assert site.ledger() == []
    assert site.discover() == found
    heals()


def test_keys_refused(site: Site, heals: Callable[..., None]) -> None:
    with pytest.raises(ClientError, match=r"InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|403"):
        site.load(store=replace(site.store, secret_access_key="wrong horse battery"))
    assert site.ledger() == []
    heals()


def test_bucket_missing(site: Site, heals: Callable[..., None]) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        site.load(bucket="no-such-bucket")
    assert site.ledger() == []
    heals()


def test_quarantine_bucket_missing(site: Site, heals: Callable[..., None]) -> None:
    """What cannot be kept must not be rejected: the load waits for its quarantine."""
    with pytest.raises(ClientError, match="NoSuchBucket"):
        site.load(quarantine_bucket="no-such-quarantine")
    assert site.ledger() == []
    heals()
