"""A warehouse of each released version, with its history, becomes one of the present project."""

from __future__ import annotations

from pathlib import Path

import pytest

from include.cerebro.schema.setup import prepare_warehouse
from tests.integration.helpers import Site, copy_site
from tests.integration.releases import DUMPS, catalog, contents, deliver, restore_dump


@pytest.mark.parametrize("dump", DUMPS, ids=lambda dump: dump.stem)
def test_an_upgraded_warehouse_is_that_of_a_new_one(site: Site, dump: Path) -> None:
    new = copy_site(site)
    try:
        restore_dump(site, dump)
        for step in (1, 2):
            deliver(site, step)
            deliver(new, step)
        ledger = site.ledger()
        assert site.restore().failed == new.restore().failed == ["biometrics/broken.parquet"]
        # Nothing was loaded twice.
        assert site.ledger() == ledger
        a, b = catalog(site), catalog(new)
        assert [x for x in a if x not in b] == []
        assert [x for x in b if x not in a] == []
        assert contents(site) == contents(new)
        deliver(site, 3)
        deliver(new, 3)
        site.restore()
        new.restore()
        assert contents(site) == contents(new)
        assert catalog(site) == catalog(new)
    finally:
        new.drop()
