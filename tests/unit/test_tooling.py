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
    (major, minor, patch) = re.findall(r"uv==(\d+)\.(\d+)\.(\d+)", (REPOSITORY / "Makefile").read_text())[0]
    build = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["build-system"]
    assert build["requires"] == [f"uv_build>={major}.{minor}.{patch},<{major}.{int(minor) + 1}"]


def test_pre_commit_calls_all_that_make_lint_is_made_of() -> None:
    (targets,) = re.findall(r"^lint: (.*?) ##", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    hooks = re.findall(r"entry: make (\S+)", (REPOSITORY / ".pre-commit-config.yaml").read_text())
    assert hooks == targets.split()


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dbt.txt", "requirements-dev.txt"])
def test_the_lock_has_the_packages_that_are_required_and_no_others(file: str) -> None:
    """`make setup` installs the lock alone: without `make lock` after a change, a fresh clone lacked lint-imports."""
    entries = re.findall(
        r"^([\w.-]+)==(\S+).*((?:\n +#.*)+)", (REPOSITORY / "requirements.lock").read_text(), re.MULTILINE
    )
    locked = {name: version for name, version, origins in entries if f"-r {file}\n" in f"{origins}\n"}
    lines = (line.partition("#")[0].strip() for line in (REPOSITORY / file).read_text().splitlines())
    required = {requirement.name: requirement.specifier for requirement in map(Requirement, filter(None, lines))}
    assert locked.keys() == required.keys()
    assert all(specifier.contains(locked[name]) for name, specifier in required.items())
