"""The warehouse of the stack that the end-to-end tests share."""

import pytest


@pytest.fixture(scope="session")
def warehouse(stack: dict[str, str]) -> str:
    return stack["WAREHOUSE_URI"]
