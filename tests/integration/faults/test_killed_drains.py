"""The process that drains a backlog is killed; what follows loads the rest: nothing is lost, nothing is doubled."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from include.cerebro.checking.conservation import check_conservation
from tests.integration.drain import FOLLOWS, drain, start_drain
from tests.integration.faults.gate import Gate
from tests.integration.faults.landing import mismatched_loads, missions, readings
from tests.integration.faults.servers import Servers
from tests.integration.helpers import Site, make_site
from tests.oracle import calculate
from tests.oracle.warehouse import differences

OBJECTS = 9
WAITING = {
    "heroes.csv": b"hero_id,name,alter_ego,first_appearance\nhulk,HULK,Bruce Banner,1962\n",
    "mission_logs.json": missions(0, 5),
    **{f"biometrics/{number}.parquet": readings(100 * number, 100 * number + 120) for number in range(OBJECTS)},
}
# A run takes two, in a task each.
BOUNDS = {"run_objects": 2, "batch_objects": 1}
# In the middle: in the third run of five.
LATER = "(select count(*) from raw.loads where loads.dataset = 'biometrics') >= {}"


@pytest.fixture
def site(servers: Servers) -> Iterator[Site]:
    """A site whose landing zone waits as a whole."""
    made = make_site(servers.environment())
    made.put_all(WAITING)
    made.changed = dict(BOUNDS)
    yield made
    made.drop()


def kill_at(site: Site, table: str, condition: str) -> None:
    """Drain in a process of its own, and kill it where it writes to a table."""
    with Gate(site, table, condition) as gate:
        process = start_drain(site, **{f"CEREBRO_{name.upper()}": str(value) for name, value in BOUNDS.items()})
        gate.wait()
        assert process.poll() is None
        process.kill()
        process.communicate(timeout=20)
    assert 2 <= len(site.ledger()) < len(WAITING)


@pytest.mark.parametrize(
    ("table", "loaded", "listings"),
    [
        # All before it is loaded: what waits is as it was.
        pytest.param("meta.waiting", 4, 0, id="as it takes what waits"),
        pytest.param("meta.manifests", 4, 0, id="as it writes batches"),
        # Its batch waits nowhere any more.
        pytest.param("raw.biometrics", 6, 1, id="as it loads"),
    ],
)
def test_a_drain_that_is_killed_goes_on(site: Site, table: str, loaded: int, listings: int) -> None:
    kill_at(site, table, LATER.format(loaded))
    runs = drain(site, FOLLOWS)
    assert sum(bool(run.listed) for run in runs) == listings
    assert [row[1] for row in site.ledger()] == ["loaded"] * len(WAITING)
    assert {row[0] for row in site.ledger()} == WAITING.keys()
    assert mismatched_loads(site) == []
    assert site.rows("select count(*) from meta.waiting") == [(0,)]
    if table == "raw.biometrics":
        site.transform()
        check_conservation(site.warehouse, "after the fault")
        assert differences(calculate(WAITING), site.warehouse_uri) == []
