"""What the end-to-end tests ask the warehouse of their stack."""

import pytest


@pytest.fixture(scope="session")
def warehouse(stack: dict[str, str]) -> str:
    return stack["WAREHOUSE_URI"]
