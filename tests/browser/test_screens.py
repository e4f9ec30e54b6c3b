"""The screens of the running product, which --write-images (`make screenshots`) writes to docs/images."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from local.airflow_api import AirflowApi
from tests.browser.person import Person, models, most_quarantined

# The first fixture waits for Airflow and both DAGs.
pytestmark = pytest.mark.timeout(600)


def test_the_grid_has_a_row_for_every_model(person: Person, picture: Callable[[str], None]) -> None:
    assert len(models()) > 10
    person.sees_the_grid()
    picture("grid")


def test_the_graph_has_a_node_for_every_model(person: Person, picture: Callable[[str], None]) -> None:
    person.sees_the_graph()
    picture("graph")


def test_the_asset_graph_leads_to_the_big_table(
    person: Person, stack: dict[str, str], picture: Callable[[str], None]
) -> None:
    api = AirflowApi(stack)
    api.log_in()
    person.sees_the_asset_graph(api)
    picture("assets")


def test_the_page_is_in_the_navigation_and_answers(
    person: Person, stack: dict[str, str], picture: Callable[[str], None]
) -> None:
    person.sees_cerebro(most_quarantined(stack["WAREHOUSE_URI"]))
    picture("cerebro")


def test_another_hero_changes_the_chart_and_nothing_else(person: Person) -> None:
    person.opens("/cerebro/")
    page = person.page
    expect(page.locator("#biometrics svg.main-svg").first).to_be_visible()
    page.evaluate("window.same = true")
    names = page.locator(".chooser option").all_inner_texts()
    chosen = page.locator(".chooser option[selected]").inner_text()
    other = next(name for name in names if name != chosen)
    page.get_by_role("combobox", name="Hero").select_option(other)
    expect(page.locator("#biometrics h2")).to_contain_text(f"{other} on 1 Jan 2025")
    expect(page.locator("#biometrics svg.main-svg").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Hero")).to_be_focused()
    assert page.evaluate("window.same"), "the page was not loaded anew"
    page.reload()
    expect(page.locator("#biometrics h2")).to_contain_text(f"{other} on 1 Jan 2025")


def test_the_page_follows_light_and_dark(person: Person) -> None:
    page = person.page
    backgrounds = set()
    person.opens("/cerebro/")
    for theme in ("light", "dark"):
        page.evaluate("theme => { localStorage.setItem('theme', theme); dispatchEvent(new Event('storage')) }", theme)
        expect(page.locator("html")).to_have_attribute("data-theme", theme)
        backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        text = page.locator("#hulk_factor .bartext, #hulk_factor text").first
        assert text.evaluate("it => it.style.fill") == page.evaluate("getComputedStyle(document.body).color")
    page.evaluate("localStorage.removeItem('theme')")
    assert len(backgrounds) == 2
