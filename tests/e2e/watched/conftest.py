"""A stack that writes lineage events, sends alerts and sees no arrivals; it ends with the tests of this folder."""

from collections.abc import Iterator

import pytest

from testing.services import running, settings_apart
from tests.e2e.scheduler import Scheduler, ready


@pytest.fixture(scope="package")
def watched_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The values of the stack; lineage events are in LINEAGE_FOLDER, and alerts are sent after short times."""
    lineage = tmp_path_factory.mktemp("lineage")
    settings = settings_apart(tmp_path_factory.mktemp("watched"), openlineage=lineage)
    product = {
        "CEREBRO_ARRIVAL_SECONDS": "0",
        "CEREBRO_ANSWER_WITHIN_MINUTES": "0",
        "CEREBRO_LATE_AFTER_MINUTES": "0.05",
        "CEREBRO_STALE_AFTER_HOURS": "missions=0.001",
    }
    with running(settings, airflow=True, product=product) as values:
        yield values | {"LINEAGE_FOLDER": str(lineage)}


@pytest.fixture(scope="package")
def watched(watched_stack: dict[str, str]) -> Scheduler:
    return ready(watched_stack)
