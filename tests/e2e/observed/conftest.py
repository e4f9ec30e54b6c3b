"""A stack that writes lineage events, sends alerts and sees no arrivals; it ends with the tests of this folder."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from include.cerebro.landing.listing import list_objects
from local.airflow_api import Run
from testing.services import running, settings_apart
from testing.sites import object_store
from tests.e2e.scheduler import SAMPLE_SIZE, Scheduler, ready


class FirstRun(NamedTuple):
    """The run that has restored a sample, green, and the keys of the sample's objects."""

    run: Run
    keys: set[str]


@pytest.fixture(scope="package")
def observed_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The values of the stack; lineage events are in LINEAGE_FOLDER, and alerts are sent after short times."""
    lineage = tmp_path_factory.mktemp("lineage")
    settings = settings_apart(tmp_path_factory.mktemp("observed"), openlineage=lineage)
    product = {
        "CEREBRO_ARRIVAL_SECONDS": "0",
        "CEREBRO_ANSWER_WITHIN_MINUTES": "0",
        "CEREBRO_LATE_AFTER_MINUTES": "0.05",
        "CEREBRO_STALE_AFTER_HOURS": "missions=0.001",
    }
    with running(settings, airflow=True, product=product) as values:
        yield values | {"LINEAGE_FOLDER": str(lineage)}


@pytest.fixture(scope="package")
def observed(observed_stack: dict[str, str]) -> Scheduler:
    return ready(observed_stack)


@pytest.fixture(scope="package")
def first(observed: Scheduler, observed_stack: dict[str, str]) -> FirstRun:
    run = observed.write_sample(SAMPLE_SIZE)
    observed.wait_until_green(run)
    landed = list_objects(object_store(observed_stack).client(), "cerebro-data", "")
    return FirstRun(run, {stored.key for stored in landed})
