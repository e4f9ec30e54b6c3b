"""A landing zone and a warehouse for a test."""

from collections.abc import Iterator

import pytest

from include.cerebro.platform import settings
from tests.integration.helpers import Site, make_site


@pytest.fixture
def site(services: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """An empty landing zone and a prepared warehouse, for this test alone."""
    made = make_site(services)
    monkeypatch.setattr(settings, "QUARANTINE_BUCKET", made.quarantine_bucket)
    yield made
    made.drop()
