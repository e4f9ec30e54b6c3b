"""The benchmark's report: targets, and results as they are saved and rendered."""

from pathlib import Path

from bench.report import Machine, Result, Section, Target, at_least, at_most, load, render, save

MACHINE = Machine("2026-11-24", "CPU", 2, 16.0, "Linux", {"duckdb": "1"})
SECTION = Section("load", "Load", "What was done.", ("way", "wall s"), [("ours", "5.1")], [at_most("time", 5, 4, " s")])


def test_a_target_holds_at_its_limit_and_is_missed_beyond_it() -> None:
    assert at_most("load", 1.6, 1.6, " times") == Target("load", "1.6 times", "at most 1.6 times", True)
    assert not at_most("load", 1.61, 1.6).holds
    assert at_least("against pandas", 8, 8).holds
    assert not at_least("against pandas", 7.9, 8).holds


def test_a_target_is_compared_with_the_measurement_before_rounding() -> None:
    assert at_most("load", 1.64, 1.6) == Target("load", "1.6", "at most 1.6", False)


def test_results_are_loaded_as_they_were_saved(tmp_path: Path) -> None:
    result = Result(SECTION, "small", MACHINE, 12.5)
    save(result, tmp_path)
    (kept,) = load(tmp_path, "small").values()
    assert render([kept], lambda _: "make bench") == render([result], lambda _: "make bench")
    assert load(tmp_path, "large") == {}


def test_the_report_has_every_table_and_marks_missed_targets() -> None:
    text = render([Result(SECTION, "default", MACHINE, 12.5)], lambda _: "make bench ONLY=load")
    assert "| time | 5.0 s | at most 4 s | **missed** |" in text
    assert "## Load\n\nWhat was done.\n\n| way | wall s |\n|---|---:|\n| ours | 5.1 |\n" in text
    assert "`make bench ONLY=load` · 12 s" in text


def test_sections_of_different_machines_each_name_theirs() -> None:
    other = Machine("2026-11-25", "CPU", 8, 16.0, "Linux", {})
    text = render([Result(SECTION, "default", MACHINE, 1), Result(SECTION, "large", other, 1)], lambda _: "make bench")
    assert "· machine 1" in text
    assert "2. CPU, 8 cores" in text
