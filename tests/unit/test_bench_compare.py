"""The comparison of two commits: figures of their results side by side."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from rich.console import Console

from bench.publish import compare
from bench.publish.machine import Machine
from bench.publish.results import Result, save
from bench.report import Figure, Section

ROWS = [
    ("5 M", "ours", "1,234.5 (1,200.0–1,300.0)", "+3.0 s"),
    ("5 M", "theirs", Figure([3, 1, 2]), "2.13 times"),
    ("sample", "all of it", "skipped", "0.5"),
    # Regression: a range became a part of the label, so no row of the two commits was the same one.
    ("one", "0.161–0.175", "49%", ""),
]
SECTION = Section("parse", "Parse", "", ("size", "way", "wall s", "more"), ROWS)
EXPECTED = {
    ("5 M · ours", "wall s"): 1234.5,
    ("5 M · ours", "more"): 3,
    ("5 M · theirs", "wall s"): 2,
    ("5 M · theirs", "more"): 2.13,
    ("sample · all of it · skipped", "more"): 0.5,
    ("one", "wall s"): 49,
}


def test_figures_have_the_words_of_their_row_as_label(tmp_path: Path) -> None:
    result = Result(SECTION, "small", "2026-11-24", None, 1, Machine("CPU", 2, 16, "Linux"), None)
    assert compare.figures_of(json.loads(save(result, tmp_path).read_text())) == EXPECTED


def test_results_that_were_not_yet_in_git_are_read_too() -> None:
    old = {"section": {"name": "parse", "headers": SECTION.headers, "rows": ROWS}, "scale": "small"}
    assert compare.figures_of(json.loads(json.dumps(old))) == EXPECTED


def test_rows_of_one_side_alone_are_left_out() -> None:
    base = {("a", "s"): [1.0, 2.0, 3.0], ("gone", "s"): [1.0], ("none", "s"): [0.0]}
    here = {("a", "s"): [3.0, 3.0, 4.0], ("new", "s"): [1.0], ("none", "s"): [1.0]}
    assert compare.compared(base, here) == [
        ("a", "s", "2.00 (1.00–3.00)", "3.00 (3.00–4.00)", "1.50", ""),
        ("none", "s", "0.00", "1.00", "", ""),
    ]


def test_figures_differ_if_no_run_of_one_side_is_within_those_of_the_other() -> None:
    key = ("a", "s")
    verdicts = {
        name: compare.compared({key: [1.0, 2.0]}, {key: here})[0][-1]
        for name, here in {"above": [2.1, 3.0], "below": [0.5, 0.9], "within": [2.0, 3.0], "once": [9.0]}.items()
    }
    assert verdicts == {"above": "more", "below": "less", "within": "", "once": ""}


def test_both_sides_run_in_turns(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    order = []

    def measure(tree: Path, scale: str, section: str, results: Path | None) -> object:
        order.append(f"{tree.name} {scale} {section}")
        return {"section": section, "headers": ["", "s"], "rows": [["dag", "1.0" if results is None else "1.5"]]}

    monkeypatch.setattr(compare, "check_out", lambda base, _: tmp_path / base)
    monkeypatch.setattr(compare, "measure", measure)
    monkeypatch.setattr(compare, "REPOSITORY", tmp_path / "now")
    console = Console(record=True, width=120)
    assert compare.run("main", "small", ["parse"], 2, tmp_path, console) == 0
    assert order == ["main small parse", "now small parse", "now small parse", "main small parse"]
    said = console.export_text()
    assert "1.50 (1.50–1.50)" in said
    assert "1 of 1 figures differ beyond their ranges" in said
    assert re.search(r"(calm|busy) machine", said)


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A repository of three commits, whose first two need the same packages, with an environment."""
    folder = tmp_path / "repository"
    (folder / ".venv").mkdir(parents=True)
    monkeypatch.setattr(compare, "REPOSITORY", folder)
    git(folder, "init", "--quiet")
    (folder / "Makefile").write_text("setup: .venv/installed\n.venv/installed: requirements.lock\n\ttouch installs\n")
    (folder / ".venv" / "installed").touch()
    (folder / ".local" / "tools").mkdir(parents=True)
    (folder / ".local" / "tools" / "uv").touch()
    for number, lock in enumerate(("duckdb==1", "duckdb==1", "duckdb==2")):
        (folder / "number").write_text(str(number))
        (folder / "pyproject.toml").touch()
        (folder / "requirements.lock").write_text(lock)
        git(folder, "add", "Makefile", "number", "pyproject.toml", "requirements.lock")
        git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--message", str(number))
    git(folder, "checkout", "--quiet", "HEAD~1")
    return folder


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_a_commit_of_the_same_packages_shares_the_environment_and_installs_nothing(repository: Path) -> None:
    tree = compare.check_out("HEAD~1", repository / ".local" / "base")
    assert (tree / "number").read_text() == "0"
    assert (tree / ".venv").resolve() == repository / ".venv"
    assert (tree / ".local" / "tools" / "uv").exists()
    assert not (tree / "installs").exists()


def test_a_commit_of_other_packages_gets_an_environment_of_its_own(repository: Path) -> None:
    before = compare.check_out("HEAD~1", repository / ".local" / "base")
    git(repository, "tag", "newest", "HEAD@{1}")
    tree = compare.check_out("newest", before)
    assert (tree / "number").read_text() == "2"
    assert not (tree / ".venv").is_symlink()
    assert (tree / "installs").exists()
    assert list((repository / ".venv").iterdir()) == [repository / ".venv" / "installed"]


def test_an_unknown_commit_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(compare, "REPOSITORY", tmp_path)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    console = Console(record=True, width=200)
    assert compare.run("no-such-commit", "small", ["parse"], 1, tmp_path / "scratch", console) == 1
    assert "git rev-parse --verify no-such-commit^{commit} failed" in console.export_text()
