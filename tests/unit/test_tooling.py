"""The repetitions in the tools' configuration agree."""

import json
import re
import tomllib
from dataclasses import asdict
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from local.state import Ports

REPOSITORY = Path(__file__).parents[2]


def test_the_devcontainer_forwards_the_ports_of_the_local_stack() -> None:
    devcontainer = json.loads((REPOSITORY / ".devcontainer/devcontainer.json").read_text())
    assert set(devcontainer["forwardPorts"]) == set(asdict(Ports()).values())
    assert set(devcontainer["portsAttributes"]) == {str(port) for port in asdict(Ports()).values()}


def test_the_build_backend_is_the_one_that_the_pinned_uv_brings() -> None:
    """With another range, `make setup` would download a backend."""
    (major, minor, patch) = re.findall(r"uv==(\d+)\.(\d+)\.(\d+)", (REPOSITORY / "requirements-uv.txt").read_text())[0]
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["build-system"]
    assert build["requires"] == [f"uv_build>={major}.{minor}.{patch},<{major}.{int(minor) + 1}"]


def test_pre_commit_calls_all_that_make_lint_is_made_of() -> None:
    (targets,) = re.findall(r"^lint: (.*?) ##", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    hooks = re.findall(r"entry: make (\S+)", (REPOSITORY / ".pre-commit-config.yaml").read_text())
    assert hooks == targets.split()


def entries(lock: str) -> dict[str, tuple[str, list[str], set[str]]]:
    """The packages of a lock: version, hashes, and the files that require each."""
    found = re.findall(
        r"^([\w.-]+)==([^\s;]+)[^\n]*((?:\n +--hash=.*)*)((?:\n +#.*)*)", (REPOSITORY / lock).read_text(), re.MULTILINE
    )
    return {
        name: (version, re.findall(r"sha256:[0-9a-f]{64}", hashes), set(re.findall(r"-r (\S+)", origins)))
        for name, version, hashes, origins in found
    }


def test_whatever_is_installed_is_checked_by_its_hash() -> None:
    for lock in ("requirements.lock", "requirements-dbt.lock", "requirements-uv.txt"):
        assert all(hashes for _, hashes, _ in entries(lock).values()), lock
    for file, installations in (("Makefile", 2), ("Dockerfile", 1)):
        text = (REPOSITORY / file).read_text().replace("\\\n", "")
        lines = re.findall(r"^.*pip (?:install|sync) .*requirements.*$", text, re.MULTILINE)
        assert len(lines) == installations
        assert [line for line in lines if "--require-hashes" not in line] == []


def test_dbt_has_the_same_versions_in_the_image() -> None:
    everything, dbt = (
        {name: version for name, (version, _, _) in entries(lock).items()}
        for lock in ("requirements.lock", "requirements-dbt.lock")
    )
    assert dbt.items() <= everything.items()
    assert {"dbt-core", "dbt-postgres"} <= dbt.keys()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dbt.txt", "requirements-dev.txt"])
def test_the_lock_has_the_packages_that_are_required_and_no_others(file: str) -> None:
    """`make setup` installs the lock alone: without `make lock` after a change, a fresh clone lacked lint-imports."""
    locked = {name: version for name, (version, _, origins) in entries("requirements.lock").items() if file in origins}
    lines = (line.partition("#")[0].strip() for line in (REPOSITORY / file).read_text().splitlines())
    required = {requirement.name: requirement.specifier for requirement in map(Requirement, filter(None, lines))}
    assert locked.keys() == required.keys()
    assert all(specifier.contains(locked[name]) for name, specifier in required.items())
