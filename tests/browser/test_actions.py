"""Operators act from the page: a dialog says what will happen, tries it, and starts the run through Airflow's API."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.person import Person
from tests.e2e.scheduler import Scheduler

# The first fixture waits for Airflow and both DAGs.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def page(person: Person) -> Page:
    person.opens("/cerebro/")
    return person.page


def dialog(page: Page) -> Any:
    return page.get_by_role("dialog")


def quarantined(page: Page, reason: str) -> Any:
    return page.locator("#quarantine tr", has_text=reason).first


def test_rows_of_the_quarantine_are_a_click_away(page: Page) -> None:
    row = quarantined(page, "missing_hero_id")
    key = row.locator("td.key").first.inner_text()
    row.get_by_role("link", name="Rows").click()
    expect(page.locator("#rows h2")).to_contain_text(f"of {key} rejected as missing_hero_id")
    expect(page.locator("#rows tbody tr").first).to_contain_text(key)
    assert 1 <= page.locator("#rows tbody tr").count() <= 20
    expect(page.get_by_role("button", name="Discard")).to_be_visible()
    page.get_by_role("link", name="Back to the quarantine").click()
    expect(page.locator("#quarantine h2")).to_be_visible()


def test_a_dry_run_is_started_by_keyboard_and_shows_what_it_found(page: Page, scheduler: Scheduler) -> None:
    before = scheduler.run_ids("cerebro_release")
    button = quarantined(page, "missing_hero_id").get_by_role("button", name="Discard")
    button.focus()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_contain_text("leave the list of what waits")
    expect(dialog(page).get_by_label("Dry run")).to_be_checked()
    # Nothing is started without a reason.
    page.keyboard.press("Tab")
    dialog(page).get_by_label("Why").focus()
    page.keyboard.press("Enter")
    assert scheduler.run_ids("cerebro_release") == before
    page.keyboard.type("a test of the page")
    page.keyboard.press("Enter")
    expect(dialog(page).get_by_role("status")).to_contain_text("The dry run is done")
    expect(dialog(page).get_by_role("status")).to_contain_text("rows released")
    (run_id,) = scheduler.run_ids("cerebro_release") - before
    link = dialog(page).get_by_role("link", name=run_id)
    run = scheduler.call("GET", f"/dags/cerebro_release/dagRuns/{run_id}")
    assert run["conf"]["why"] == "a test of the page"
    assert run["conf"]["dry_run"] is True
    assert run["conf"]["action"] == "discard"
    # The focus is back where it was.
    page.keyboard.press("Escape")
    expect(dialog(page)).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    expect(dialog(page).get_by_role("status")).to_be_empty()
    page.keyboard.press("Escape")
    assert link


def test_a_run_leads_to_its_page(page: Page, scheduler: Scheduler) -> None:
    page.locator("#landing_zones").get_by_role("button", name="Run now").click()
    expect(dialog(page).get_by_label("Dry run")).to_be_hidden()
    dialog(page).get_by_role("button", name="Run now").click()
    expect(dialog(page).get_by_role("status")).to_contain_text("The run is")
    # A second press would start a second run.
    expect(dialog(page).get_by_role("button", name="Run now")).to_be_disabled()
    expect(dialog(page).get_by_role("status")).to_contain_text("The run is done")
    link = dialog(page).get_by_role("link")
    run_id = link.inner_text()
    link.click()
    page.wait_for_url(f"**/dags/cerebro_restore/runs/{run_id.replace('+', '%2B').replace(':', '%3A')}**")
    assert run_id in scheduler.run_ids("cerebro_restore")


def test_who_may_not_is_told_so(page: Page) -> None:
    page.route(
        "**/api/v2/dags/*/dagRuns", lambda route: route.fulfill(status=403, body=json.dumps({"detail": "Forbidden"}))
    )
    page.locator("#landing_zones").get_by_role("button", name="Run now").click()
    dialog(page).get_by_role("button", name="Run now").click()
    expect(dialog(page).get_by_role("alert")).to_have_text(
        "You may not trigger this DAG. Ask whoever administers Airflow."
    )
    page.unroute("**/api/v2/dags/*/dagRuns")


def test_on_a_phone_everything_is_in_reach(page: Page) -> None:
    page.set_viewport_size({"width": 375, "height": 667})
    quarantined(page, "missing_hero_id").get_by_role("button", name="Release").click()
    box = dialog(page).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 375
    assert box["y"] + box["height"] <= 667
    start = dialog(page).get_by_role("button", name="Try it")
    start.scroll_into_view_if_needed()
    expect(start).to_be_in_viewport()
    assert start.bounding_box()["height"] >= 32
    dialog(page).get_by_role("button", name="Close").click()
    expect(dialog(page)).to_be_hidden()
    page.set_viewport_size({"width": 1440, "height": 900})


def test_another_site_cannot_start_a_run(page: Page, scheduler: Scheduler) -> None:
    """The cookie is not sent along, and the answer to the question before a JSON request allows nothing."""
    before = scheduler.run_ids("cerebro_restore")
    address = page.url.replace("/cerebro/", "/api/v2/dags/cerebro_restore/dagRuns")
    # The same server under another name is another site; this answer of it forbids its scripts nothing.
    assert "127.0.0.1" in address
    page.goto(page.url.replace("127.0.0.1", "localhost").replace("/cerebro/", "/api/v2/version"))
    found = page.evaluate(
        """async (address) => {
            const found = {};
            const tries = [["cors", "application/json"], ["cors", "text/plain"], ["no-cors", "text/plain"]];
            for (const [mode, type] of tries) {
                const request = { method: "POST", mode, credentials: "include", headers: { "Content-Type": type },
                    body: '{"logical_date": null, "conf": {}}' };
                found[`${mode} ${type}`] = await fetch(address, request).then((answer) => answer.type, () => "refused");
            }
            return found;
        }""",
        address,
    )
    # The last one is sent, and answered with status 401 that nobody sees.
    assert found == {"cors application/json": "refused", "cors text/plain": "refused", "no-cors text/plain": "opaque"}
    assert scheduler.run_ids("cerebro_restore") == before
