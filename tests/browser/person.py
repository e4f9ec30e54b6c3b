"""A person at a browser, who opens the grid, the graphs and the page Cerebro of the running product."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg2
from playwright.sync_api import Page, expect, sync_playwright

from local.airflow_api import AirflowApi
from local.run import RESTORE_DAG
from local.settings import REPOSITORY

PICTURES = REPOSITORY / "docs" / "images"
MANIFEST = REPOSITORY / "include" / "dbt" / "target" / "manifest.json"

# Milliseconds. Airflow's UI needs 2-9 s to appear on two busy cores.
TIMEOUT = 60_000

# Pixels of each picture that are worth showing.
HEIGHTS = {"grid": 900, "graph": 800, "assets": 900, "cerebro": 1338}

BIG_TABLE = "analytics.obt_cerebro_restored"
MOST_QUARANTINED = """
    select object_key from operations.load_history
    where is_current and rows_rejected > 0
    order by rows_rejected desc, object_key collate "C" limit 1
"""


def find_chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def browser_page(height: int = 900, offline: bool = False) -> Iterator[Page]:
    """A page in a headless Chromium, 1440 pixels wide. Raises RuntimeError if Chromium is missing."""
    chromium = find_chromium()
    if chromium is None:
        raise RuntimeError("Chromium is missing. Install it (Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        # Chromium's own sandbox does not work for root.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium, args=arguments)
        try:
            context = browser.new_context(viewport={"width": 1440, "height": height}, offline=offline)
            context.set_default_timeout(TIMEOUT)
            expect.set_options(timeout=TIMEOUT)
            yield context.new_page()
        finally:
            browser.close()


class Person:
    """Someone at a browser who uses the product. Every `sees_` raises AssertionError if something is missing."""

    def __init__(self, page: Page, environment: Mapping[str, str]) -> None:
        self.page = page
        self._environment = environment

    def opens(self, path: str) -> None:
        """Go to a path of Airflow's."""
        self.page.goto(self._environment["AIRFLOW_API_URL"] + path)

    def logs_in(self) -> None:
        """Fill in the login page that is shown, and wait until Airflow lets one in."""
        self.page.get_by_label("Username").fill(self._environment["AIRFLOW_USERNAME"])
        self.page.get_by_label("Password", exact=True).fill(self._environment["AIRFLOW_PASSWORD"])
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def sees_the_grid(self) -> None:
        """One row for every dbt model."""
        # Airflow renders the rows that are in view.
        self.page.set_viewport_size({"width": 1440, "height": 2400})
        self.opens(f"/dags/{RESTORE_DAG}")
        self._expands_all_groups()
        for model in models():
            # The task may be in any group.
            row = self.page.locator(f'[data-testid^="task-"][data-testid$="-{model}"]')
            expect(row).to_have_count(1)
            expect(row).to_contain_text(model)

    def _expands_all_groups(self) -> None:
        expand = self.page.get_by_test_id("expand-all-button")
        collapse = self.page.get_by_test_id("collapse-all-button")
        # One of them is disabled: Airflow remembers what a person did last.
        expect(
            expand.and_(self.page.locator(":enabled")).or_(collapse.and_(self.page.locator(":enabled")))
        ).not_to_have_count(0)
        if expand.is_enabled():
            expand.click()

    def sees_the_graph(self) -> None:
        """One node for every dbt model."""
        self.opens(f"/dags/{RESTORE_DAG}")
        self.page.get_by_label("Show Graph").first.click()
        self.page.get_by_label("Collapse Details Panel").click()
        self._expands_all_groups()
        for model in models():
            expect(self.page.locator(f'.react-flow__node[data-id$=".{model}"]')).to_have_count(1)

    def sees_the_asset_graph(self, api: AirflowApi) -> None:
        """The landing zone, the main job, and the tables that it makes."""
        assets = api.call("GET", "/assets", params={"name_pattern": BIG_TABLE, "limit": 100})["assets"]
        (number,) = [asset["id"] for asset in assets if asset["name"] == BIG_TABLE]
        self.opens(f"/assets/{number}")
        graph = self.page.locator(".react-flow__node")
        for name in ("cerebro_landing_zone", RESTORE_DAG, BIG_TABLE, "marts.fact_biometrics"):
            expect(graph.filter(has_text=name).first).to_be_visible()

    def sees_cerebro(self, quarantined: str) -> None:
        """The page within Airflow: charts drawn, titles that answer, the quarantined object by its name."""
        self.opens("/")
        # Exactly: the front page has links to cerebro_landing_zone and others, too.
        self.page.get_by_role("link", name="Cerebro", exact=True).first.click()
        frame = self.page.frame_locator('iframe[title="Cerebro"]')
        expect(frame.locator("#hulk_factor h2")).to_contain_text("puts out the most energy on high-risk missions")
        expect(frame.locator("#reliability h2")).to_contain_text("was on the most successful missions")
        for section in ("hulk_factor", "reliability", "biometrics", "days"):
            expect(frame.locator(f"#{section} svg.main-svg").first).to_be_visible()
        expect(frame.locator("#runs td.verdict").first).to_have_text("yes")
        expect(frame.locator("#quarantine td", has_text=quarantined).first).to_be_visible()

    def takes_picture(self, name: str) -> None:
        """Write what is to be seen to docs/images."""
        # Another width first: a chart that was drawn before its neighbour takes its place only when that changes.
        for width in (1400, 1440):
            self.page.set_viewport_size({"width": width, "height": HEIGHTS[name]})
            self.page.wait_for_timeout(500)
        fit = self.page.locator(".react-flow__controls-fitview")
        if fit.count():
            fit.click()
        # No tooltip, and graphs and panels move into place.
        self.page.mouse.move(0, 0)
        self.page.wait_for_timeout(1500)
        self.page.screenshot(path=PICTURES / f"{name}.png")


def models() -> list[str]:
    """The dbt models and snapshots, by name: each is a task."""
    nodes = json.loads(MANIFEST.read_text(encoding="utf-8"))["nodes"].values()
    return sorted(node["name"] for node in nodes if node["resource_type"] in ("model", "snapshot"))


def most_quarantined(warehouse_uri: str) -> str:
    """The key of the object with most rows in quarantine."""
    connection = psycopg2.connect(warehouse_uri)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(MOST_QUARANTINED)
            row = cursor.fetchone()
    finally:
        connection.close()
    assert row, "Nothing is in quarantine. Was the sample written with dirt?"
    return str(row[0])
