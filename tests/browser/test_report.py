"""report.html in a browser without a network, with hostile names in it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from include.cerebro.page import render
from tests.unit.test_page_contents import EVERYTHING, EVIL, ITALIC, whole_page


@pytest.fixture(scope="module")
def seen(offline: Page, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The errors and requests while the report is opened."""
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render.report_html(whole_page(**EVERYTHING), "manual__1"), encoding="utf-8")
    happened: dict[str, list[str]] = {"requests": [], "errors": [], "dialogs": []}
    offline.on("request", lambda request: happened["requests"].append(request.url))
    offline.on("pageerror", lambda error: happened["errors"].append(str(error)))
    offline.on("console", lambda line: happened["errors"].append(line.text) if line.type == "error" else None)
    offline.on("dialog", lambda dialog: (happened["dialogs"].append(dialog.message), dialog.dismiss()))
    offline.goto(path.as_uri())
    expect(offline.locator("#days svg.main-svg").first).to_be_visible()
    happened["requests"] = [url for url in happened["requests"] if not url.startswith(("file:", "data:", "blob:"))]
    return happened


def test_it_requests_nothing_and_raises_no_error(seen: dict[str, list[str]]) -> None:
    assert seen == {"requests": [], "errors": [], "dialogs": []}


@pytest.mark.usefixtures("seen")
def test_every_chart_is_drawn(offline: Page) -> None:
    for section in ("hulk_factor", "reliability", "biometrics", "days"):
        expect(offline.locator(f"#{section} svg.main-svg").first).to_be_visible()
    assert offline.locator("#hulk_factor .bars .point").count() == 2


@pytest.mark.usefixtures("seen")
def test_a_name_is_shown_as_it_is(offline: Page) -> None:
    expect(offline.locator("#hulk_factor h2")).to_contain_text(EVIL)
    # On the axis, too, where Plotly would read tags.
    axis = offline.locator("#hulk_factor .yaxislayer-above").first
    expect(axis).to_contain_text("<script>alert(1)")
    expect(axis).to_contain_text(ITALIC)
