"""A real browser. Where none is installed the tests are skipped, and say so."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from local.screens import Person, browser_page, find_chromium
from tests.e2e.conftest import scheduler  # noqa: F401 - the fixture
from tests.e2e.scheduler import Scheduler

# The same as in the end-to-end tests before: then it is there already.
SAMPLE_SIZE = {"heroes": 5, "missions": 30, "hours": 3, "seed": 7, "dirt": True}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if find_chromium() is None:
                item.add_marker(pytest.mark.skip(reason="there is no Chromium (Debian: apt-get install chromium)"))


@pytest.fixture(scope="module")
def offline() -> Iterator[Page]:
    """A browser without a network."""
    with browser_page(offline=True) as page:
        yield page


@pytest.fixture(scope="module")
def person(stack: dict[str, str], scheduler: Scheduler) -> Iterator[Person]:  # noqa: F811 - the fixture
    """Someone who has logged in to the running product, after both DAGs have run."""
    scheduler.wait_until_finished(scheduler.write_sample(SAMPLE_SIZE))
    with browser_page() as page:
        person = Person(page, stack)
        person.opens("/cerebro/")
        # A stranger is sent to the login, and from there back to the page.
        page.get_by_role("link", name="Log in to Airflow").click()
        person.logs_in()
        page.wait_for_url("**/cerebro/")
        yield person
