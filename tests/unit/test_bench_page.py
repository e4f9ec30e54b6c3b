"""docs/benchmarks.md: its prose is that of the sections and of the report."""

import re
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

from bench.__main__ import REPORT, SECTIONS, main
from bench.report import render

PAGE = REPORT.read_text(encoding="utf-8")


def pattern(text: str) -> str:
    """Return a regular expression for the text with any values in its placeholders."""
    return r"[^\n]+?".join(re.escape(literal) for literal, *_ in Formatter().parse(text))


@pytest.mark.parametrize("name", SECTIONS)
def test_the_page_has_the_text_of_each_section(name: str) -> None:
    section = import_module(f"bench.sections.{name}")
    assert name == section.NAME
    assert re.search(rf"^## {section.TITLE}\n\n{pattern(section.TEXT.strip())}\n\n", PAGE, re.MULTILINE)


def test_every_section_has_a_name_on_the_command_line() -> None:
    folder = Path(import_module("bench.sections").__path__[0])
    assert {path.stem for path in folder.glob("*.py")} - {"__init__"} == set(SECTIONS)


def test_the_page_begins_as_the_report_does() -> None:
    assert PAGE.startswith(render([], lambda _: "").partition("\n\n## Machine")[0])


def test_an_unknown_section_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--scale", "small", "lod"])
    assert "unknown sections: lod" in capsys.readouterr().err
