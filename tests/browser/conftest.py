"""A real browser. Where none is installed the tests are skipped, and say so."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.person import Person, browser_page, find_chromium
from tests.e2e.scheduler import Scheduler


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-images", action="store_true", help="write what the tests see to docs/images")


def writes_images(config: pytest.Config) -> bool:
    # Where this file is not read first, the option is unknown.
    return bool(config.getoption("--write-images", default=False))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)
            if find_chromium() is None and not writes_images(config):
                item.add_marker(pytest.mark.skip(reason="there is no Chromium (Debian: apt-get install chromium)"))


@pytest.fixture(scope="module")
def offline() -> Iterator[Page]:
    """A browser without a network."""
    with browser_page(offline=True) as page:
        yield page


@pytest.fixture(scope="module")
def person(
    stack: dict[str, str],
    scheduler: Scheduler,
    request: pytest.FixtureRequest,
) -> Iterator[Person]:
    """Someone who has logged in to the running product, after both DAGs have run."""
    if writes_images(request.config):
        # The pictures show the default sample.
        scheduler.wait_until_green(scheduler.write_sample({}))
    else:
        request.getfixturevalue("restored")
    with browser_page() as page:
        person = Person(page, stack)
        person.opens("/cerebro/")
        # A stranger is sent to the login, and from there back to the page.
        page.get_by_role("link", name="Log in to Airflow").click()
        person.logs_in()
        page.wait_for_url("**/cerebro/")
        yield person


@pytest.fixture
def picture(person: Person, pytestconfig: pytest.Config) -> Callable[[str], None]:
    """Writes what the person sees to docs/images, with the option --write-images."""
    return person.takes_picture if writes_images(pytestconfig) else lambda _: None
