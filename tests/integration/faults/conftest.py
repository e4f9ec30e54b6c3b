"""Servers for the faults, a site on them for each test, and the state that a run without a fault ends in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from include.cerebro.checking.conservation import check_conservation
from testing.services import settings_apart
from tests.integration.faults.landing import LANDING, loads_without_row, mart_contents, raw_contents
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
    """Both servers, up, whatever the test before has done to them."""
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


@dataclass
class Undisturbed:
    """What a run without a fault leaves behind."""

    raw: dict[str, Any]
    marts: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def undisturbed(running_servers: Servers) -> Undisturbed:
    running_servers.start("postgres")
    running_servers.start("s3")
    made = make_site(running_servers.environment())
    made.put_all(LANDING)
    assert made.restore().failed == []
    contents = Undisturbed(raw_contents(made), mart_contents(made))
    # The yardstick itself is right, and has substance.
    assert differences(calculate(LANDING), made.warehouse_uri) == []
    assert len(contents.raw["quarantine"]) == 7
    assert all(contents.raw.values())
    assert all(contents.marts.values())
    made.drop()
    return contents


@pytest.fixture
def heals(site: Site, undisturbed: Undisturbed) -> Callable[[], None]:
    """After the fault: the next run, on the same servers, ends where a run without a fault ends, marts and all."""

    def check() -> None:
        assert loads_without_row(site) == []
        assert site.load().failed == []
        assert loads_without_row(site) == []
        assert raw_contents(site) == undisturbed.raw
        # And it is done: one row for each object, and nothing more to load.
        assert sorted(row[0] for row in site.ledger()) == sorted(LANDING)
        assert site.load().objects == 0
        site.build()
        check_conservation(site.warehouse, "after the fault")
        assert mart_contents(site) == undisturbed.marts

    return check
