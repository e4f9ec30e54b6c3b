"""`make release` in a repository of its own, whose `make lint` checks nothing."""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]

CHANGELOG = """# Changelog

## [Unreleased]

### Added

- Releases.

## [0.0.9] - 2025-01-01

### Added

- The beginning.
"""


class Clone:
    """A repository with what a release reads."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".ci").mkdir()
        shutil.copy(REPOSITORY / ".ci" / "release", folder / ".ci" / "release")
        self.write("pyproject.toml", '[project]\nname = "cerebro-restore"\nversion = "0.1.0"\n')
        self.write("CHANGELOG.md", CHANGELOG)
        self.write("Makefile", "lint:\n\t@test ! -e fails\n")
        self.git("init", "--quiet", "--initial-branch=main")
        self.git("config", "user.name", "Releaser")
        self.git("config", "user.email", "releaser@example.org")
        self.commit()

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def git(self, *arguments: str) -> str:
        return subprocess.check_output(["git", *arguments], cwd=self.folder, text=True)

    def commit(self) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "A change")

    def release(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run([".ci/release"], cwd=self.folder, capture_output=True, text=True, check=False)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_a_release_dates_the_changes_commits_and_tags(clone: Clone) -> None:
    result = clone.release()
    assert result.returncode == 0, result.stderr
    assert clone.git("status", "--porcelain") == ""
    assert clone.git("describe").strip() == "v0.1.0"
    assert clone.git("log", "-1", "--format=%s").strip() == "Release 0.1.0"
    text = (clone.folder / "CHANGELOG.md").read_text()
    dated = re.sub(r"(?<=\[0\.1\.0\] - )\d{4}-\d\d-\d\d$", "TODAY", text, flags=re.MULTILINE)
    assert dated == CHANGELOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [0.1.0] - TODAY\n")


def test_a_section_that_is_written_already_is_only_tagged(clone: Clone) -> None:
    clone.write("CHANGELOG.md", CHANGELOG.replace("## [Unreleased]\n", "## [Unreleased]\n\n## [0.1.0] - 2026-01-01\n"))
    clone.commit()
    before = clone.git("rev-parse", "HEAD")
    assert clone.release().returncode == 0
    assert clone.git("rev-parse", "v0.1.0^{commit}") == before


def changes(clone: Clone) -> None:
    clone.write("CHANGELOG.md", CHANGELOG + "- Something.\n")


def another_branch(clone: Clone) -> None:
    clone.git("switch", "--quiet", "--create", "topic")


def lint_fails(clone: Clone) -> None:
    clone.write("fails", "")
    clone.commit()


def nothing_new(clone: Clone) -> None:
    clone.write("CHANGELOG.md", CHANGELOG.replace("- Releases.\n", ""))
    clone.commit()


def no_changelog(clone: Clone) -> None:
    (clone.folder / "CHANGELOG.md").unlink()
    clone.commit()


def a_section_and_more(clone: Clone) -> None:
    clone.write("CHANGELOG.md", CHANGELOG.replace("[0.0.9]", "[0.1.0]"))
    clone.commit()


def released_before(clone: Clone) -> None:
    assert clone.release().returncode == 0


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (changes, "changes that are not committed"),
        (another_branch, "the branch is topic"),
        (lint_fails, "make lint failed"),
        (nothing_new, "no entries under `## [Unreleased]`"),
        (no_changelog, "there is no CHANGELOG.md"),
        (a_section_and_more, "Raise `version`"),
        (released_before, "the tag v0.1.0 exists. Raise `version`"),
    ],
)
def test_a_release_is_refused_and_nothing_changes(clone: Clone, trouble: Callable[[Clone], None], says: str) -> None:
    trouble(clone)
    before = clone.git("rev-parse", "HEAD"), clone.git("tag"), clone.git("status", "--porcelain")
    result = clone.release()
    assert result.returncode == 1
    assert re.search(f"^Not released: .*{re.escape(says)}", result.stderr, re.MULTILINE)
    assert (clone.git("rev-parse", "HEAD"), clone.git("tag"), clone.git("status", "--porcelain")) == before
