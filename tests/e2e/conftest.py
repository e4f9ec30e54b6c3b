"""One stack for the end-to-end tests that need no special one, with its DAGs ready."""

import pytest

from tests.e2e.scheduler import Scheduler, ready


@pytest.fixture(scope="session")
def scheduler(stack: dict[str, str]) -> Scheduler:
    return ready(stack)


@pytest.fixture(scope="session")
def warehouse(stack: dict[str, str]) -> str:
    return stack["WAREHOUSE_URI"]
