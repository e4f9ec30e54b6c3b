"""Every test here needs a Docker engine; without one it is skipped with the reason."""

from pathlib import Path

import pytest

from tests.docker.project import why_not

# Seconds: the first test of a file includes the start of its project.
TIMEOUT = 1500


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    own = [item for item in items if Path(__file__).parent in item.path.parents]
    reason = why_not() if own else None
    for item in own:
        item.add_marker(pytest.mark.docker)
        item.add_marker(pytest.mark.timeout(TIMEOUT))
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))
