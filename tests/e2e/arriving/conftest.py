"""A stack as users have it, in which an arrival starts a run; it ends with the tests of this folder."""

from collections.abc import Iterator

import pytest

from testing.services import running, settings_apart
from tests.e2e.scheduler import Scheduler, ready


@pytest.fixture(scope="package")
def arriving_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The values of the stack. Whatever is older than ten years leaves its warehouse, minutes for an archive."""
    layers = ("MINUTES", "MARTS", "SUPERSEDED", "QUARANTINE")
    product = {f"CEREBRO_KEEP_{layer}_MONTHS": "120" for layer in layers}
    product["CEREBRO_ARCHIVE_BUCKET"] = "cerebro-quarantine/_archive/"
    with running(settings_apart(tmp_path_factory.mktemp("arriving")), airflow=True, product=product) as values:
        yield values


@pytest.fixture(scope="package")
def arriving(arriving_stack: dict[str, str]) -> Scheduler:
    return ready(arriving_stack)
