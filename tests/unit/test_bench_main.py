"""`make bench`: what a run of some sections writes."""

import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench import __main__ as program
from bench.report import Section


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh clone's results and page, in which the section parse is measured without work."""
    shutil.copytree(program.RESULTS, tmp_path / "bench" / "results")
    (tmp_path / "docs").mkdir()
    shutil.copy(program.REPORT, tmp_path / "docs")
    section = Section("parse", "Parse", "Nothing.", ("file", "s"), [("one", "0.12")])
    monkeypatch.setattr(program, "import_module", lambda _: SimpleNamespace(TITLE="Parse", run=lambda _: section))
    monkeypatch.setattr(program, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(program, "REPOSITORY", tmp_path)
    monkeypatch.setattr(program, "RESULTS", tmp_path / "bench" / "results")
    monkeypatch.setattr(program, "REPORT", tmp_path / "docs" / "benchmarks.md")
    monkeypatch.setattr(program, "FOLDER", tmp_path / ".local" / "bench")
    return tmp_path


def other_rows(page: Path) -> list[str]:
    """The rows of the tables below all headings but those of targets and of the section parse."""
    parts = page.read_text().split("\n## ")
    return [
        line
        for part in parts
        if not part.startswith(("Targets", "Parse"))
        for line in part.splitlines()
        if line.startswith("|")
    ]


def test_a_section_that_is_measured_alone_drops_no_figures_of_others(clone: Path) -> None:
    """Regression: the page was written from results outside of git, so a fresh clone lost all but one section."""
    page = clone / "docs" / "benchmarks.md"
    before = other_rows(page)
    assert program.main(["parse"]) == 0
    assert "| one | 0.12 |" in page.read_text()
    assert other_rows(page) == before
    assert len(before) > 50


@pytest.mark.parametrize("arguments", [["--scale", "small"], ["--results", "elsewhere"]])
def test_a_trial_leaves_results_and_page_as_they_are(
    clone: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    monkeypatch.chdir(clone)
    kept = {path: path.read_text() for folder in ("bench", "docs") for path in (clone / folder).rglob("*.*")}
    assert program.main([*arguments, "parse"]) == 0
    assert {path: path.read_text() for folder in ("bench", "docs") for path in (clone / folder).rglob("*.*")} == kept


def test_a_run_says_beforehand_what_it_measures(clone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert clone
    program.main(["parse"])
    said = capsys.readouterr().out
    assert re.search(r"^  parse: \d+ s \(.+?Parse", said, re.MULTILINE | re.DOTALL)
