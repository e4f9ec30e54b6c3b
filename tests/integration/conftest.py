"""A landing zone and a warehouse for a test."""

from collections.abc import Iterator

import pytest

from tests.integration.helpers import Site, make_site


@pytest.fixture
def site(services: dict[str, str]) -> Iterator[Site]:
    """An empty landing zone and a prepared warehouse, for this test alone."""
    made = make_site(services)
    yield made
    made.drop()
