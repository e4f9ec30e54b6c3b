"""Fixtures of the fault tests: servers, a site on them for each test, and the contents after a run without a fault."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from include.cerebro.checking.conservation import check_conservation
from testing.services import settings_apart
from tests.integration.faults.landing import LANDING, Contents, mart_contents, mismatched_loads, raw_contents
from tests.integration.faults.servers import Servers
from tests.integration.helpers import Site, make_site
from tests.oracle import calculate
from tests.oracle.warehouse import differences


@pytest.fixture(scope="session")
def running_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    servers = Servers(settings_apart(tmp_path_factory.mktemp("faults")))
    yield servers
    servers.stop()


@pytest.fixture
def servers(running_servers: Servers) -> Servers:
    """Both servers, running: the test before may have stopped them."""
    running_servers.start("postgres")
    running_servers.start("s3")
    return running_servers


@pytest.fixture
def site(servers: Servers) -> Iterator[Site]:
    """A site with a landing zone and nothing loaded."""
    made = make_site(servers.environment())
    made.put_all(LANDING)
    yield made
    servers.start("postgres")
    servers.start("s3")
    made.drop()


@pytest.fixture(scope="session")
def expected(running_servers: Servers) -> Contents:
    """The contents of a warehouse after a run without a fault."""
    running_servers.start("postgres")
    running_servers.start("s3")
    made = make_site(running_servers.environment())
    made.put_all(LANDING)
    assert made.restore().failed == []
    contents = Contents(raw_contents(made), mart_contents(made))
    # They are correct, and no table is empty.
    assert differences(calculate(LANDING), made.warehouse_uri) == []
    assert len(contents.raw["quarantine"]) == 7
    assert all(contents.raw.values())
    assert all(contents.marts.values())
    made.drop()
    return contents


@pytest.fixture
def check_recovery(site: Site, expected: Contents) -> Callable[[], None]:
    """A check after the fault: the next run, on the same servers, leaves the contents of a run without a fault."""

    def check() -> None:
        assert mismatched_loads(site) == []
        assert site.load().failed == []
        assert mismatched_loads(site) == []
        assert raw_contents(site) == expected.raw
        # One ledger row for each object, and nothing new for the next run.
        assert sorted(row[0] for row in site.ledger()) == sorted(LANDING)
        assert site.load().objects == 0
        site.transform()
        check_conservation(site.warehouse, "after the fault")
        assert mart_contents(site) == expected.marts

    return check
