"""The benchmark's report: figures, targets, and results as they are saved, rendered and forecast."""

import json
from dataclasses import replace
from pathlib import Path

from bench.__main__ import forecast
from bench.publish.machine import Company, Machine
from bench.publish.page import render
from bench.publish.results import Result, load, save
from bench.report import Figure, Section, Target, at_least, at_most

MACHINE = Machine("CPU", 2, 16.0, "Linux", {"duckdb": "1"})
SECTION = Section("load", "Load", "What was done.", ("way", "wall s"), [("ours", "5.1")], [at_most("time", 5, 4, " s")])
RESULT = Result(SECTION, "default", "2026-11-24", "0123456789", 12.4, MACHINE, Company(False, 0.02, 0.01, 0.5))


def test_a_target_holds_at_its_limit_and_is_missed_beyond_it() -> None:
    assert at_most("load", 1.6, 1.6, " times") == Target("load", "1.6 times", "at most 1.6 times", True)
    assert not at_most("load", 1.61, 1.6).holds
    assert at_least("against pandas", 8, 8).holds
    assert not at_least("against pandas", 7.9, 8).holds


def test_a_target_is_compared_with_the_measurement_before_rounding() -> None:
    assert at_most("load", 1.64, 1.6) == Target("load", "1.6", "at most 1.6", False)


def test_results_are_loaded_as_they_were_saved(tmp_path: Path) -> None:
    result = replace(RESULT, note="A person's remark.", company=None, commit=None)
    save(result, tmp_path)
    (kept,) = load(tmp_path, "default").values()
    assert render([kept]) == render([result])
    assert load(tmp_path, "large") == {}


def test_a_file_has_the_value_of_each_run(tmp_path: Path) -> None:
    section = replace(SECTION, rows=[("ours", Figure([5.12, 4.98765, 5.3]))])
    path = save(replace(RESULT, section=section), tmp_path)
    assert json.loads(path.read_text())["rows"] == [["ours", {"runs": [5.12, 4.9877, 5.3], "digits": 1}]]
    (kept,) = load(tmp_path, "default").values()
    assert "| ours | 5.1 (5.0–5.3) |" in render([kept])


def test_a_result_replaces_that_of_its_section_and_scale_alone(tmp_path: Path) -> None:
    for name, scale in (("load", "default"), ("load", "large"), ("parse", "default")):
        save(replace(RESULT, section=replace(SECTION, name=name), scale=scale), tmp_path)
    before = {path: path.read_text() for path in tmp_path.rglob("*.json")}
    changed = save(replace(RESULT, seconds=99), tmp_path)
    assert [path for path in before if path.read_text() != before[path]] == [changed]


def test_a_row_of_a_table_is_a_line_of_the_file(tmp_path: Path) -> None:
    lines = save(RESULT, tmp_path).read_text().splitlines()
    assert '  "rows": [["ours", "5.1"]],' in lines
    assert max(map(len, lines)) <= 120


def test_the_report_has_every_table_and_marks_missed_targets() -> None:
    text = render([RESULT])
    assert "| time | 5.0 s | at most 4 s | **missed** |" in text
    assert "## Load\n\nWhat was done.\n\n| way | wall s |\n|---|---:|\n| ours | 5.1 |\n" in text


def test_the_report_says_how_when_and_on_what_machine_a_section_was_measured() -> None:
    origin = "`make bench ONLY=load` · 12 s · 2026-11-24 · commit `0123456`"
    assert f"{origin} · calm machine: 0.02 cores for others, 0.01 stolen, load 0.5 before\n" in render([RESULT])
    busy = replace(RESULT, commit="0123456789+", scale="large", company=Company(True, 0.5, 0, 3))
    assert "SCALE=large ONLY=load` · 12 s · 2026-11-24 · commit `0123456` with changes · busy machine: 0.50" in render(
        [busy]
    )


def test_sections_of_different_machines_each_name_theirs() -> None:
    text = render([RESULT, replace(RESULT, machine=Machine("CPU", 8, 16.0, "Linux"))])
    assert "· machine 1" in text
    assert "2. CPU, 8 cores" in text


def test_the_forecast_has_the_durations_of_the_last_time() -> None:
    saved = {
        "default": {"load": replace(RESULT, seconds=90)},
        "large": {"flatness": replace(RESULT, scale="large", seconds=224)},
    }
    assert forecast("default", ["load", "flatness", "parse"], saved) == [
        "Scale default, last time in all: 2 min, and 2 of them not known",
        "  load: 90 s (2026-11-24)",
        "  flatness: not known; 224 s at the large scale (2026-11-24)",
        "  parse: not known",
    ]
