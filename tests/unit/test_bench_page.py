"""docs/benchmarks.md: a rendering of bench/results, with the prose of the sections and of the report."""

import re
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from bench.__main__ import REPORT, RESULTS, SECTIONS, main, results_of_page
from bench.publish.growth import plots
from bench.publish.page import PLOTS, render

PAGE = REPORT.read_text(encoding="utf-8")


def pattern(text: str) -> str:
    """Return a regular expression for the text with any values in its placeholders."""
    return r"[^\n]+?".join(re.escape(literal) for literal, *_ in Formatter().parse(text))


def test_the_page_is_the_rendering_of_the_results() -> None:
    assert render(results_of_page()) == PAGE, "Run make bench-page"


def test_the_plots_are_those_of_the_results() -> None:
    made = {plot.file: plot.svg for result in results_of_page() for plot in plots(result)}
    assert made == {path.name: path.read_text(encoding="utf-8") for path in (REPORT.parent / PLOTS).iterdir()}


def test_every_section_has_a_result() -> None:
    assert [result.section.name for result in results_of_page()] == list(SECTIONS)


def test_every_result_lies_where_its_scale_and_section_say() -> None:
    for path in RESULTS.rglob("*"):
        if path.is_file():
            assert path.relative_to(RESULTS).as_posix() in {
                f"{scale}/{name}.json" for scale in ("default", "large") for name in SECTIONS
            }


@pytest.mark.parametrize("name", SECTIONS)
def test_the_page_has_the_text_of_each_section(name: str) -> None:
    section = import_module(f"bench.sections.{name}")
    assert name == section.NAME
    assert re.search(rf"^## {section.TITLE}\n\n{pattern(section.TEXT.strip())}\n\n", PAGE, re.MULTILINE)


def test_every_section_has_a_name_on_the_command_line() -> None:
    folder = Path(import_module("bench.sections").__path__[0])
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(SECTIONS)


def test_an_unknown_section_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--scale", "small", "lod"])
    assert "unknown sections: lod" in capsys.readouterr().err
