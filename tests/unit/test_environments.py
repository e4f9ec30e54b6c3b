"""The table of environments: every row names tests that exist, or says that it cannot be run without the cloud."""

import json
import re
from pathlib import Path

import pytest

from include.cerebro.platform import connections

REPOSITORY = Path(__file__).parents[2]
PAGE = REPOSITORY / "docs" / "reference" / "environments.md"
CLOUD = "cannot be run without the cloud"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.endswith("| tested how |")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_is_an_automated_test_or_says_why_not(row: list[str]) -> None:
    _, how = row
    named = re.findall(r"`([\w/.]+\.py)::(\w+)`", how)
    assert bool(named) != (how == CLOUD)
    for file, name in named:
        assert re.search(rf"^def {name}\(", (REPOSITORY / file).read_text(encoding="utf-8"), re.MULTILINE), name


def test_the_versions_are_those_of_the_tests() -> None:
    text = PAGE.read_text(encoding="utf-8")
    packages = (REPOSITORY / "tests/integration/packages.py").read_text(encoding="utf-8")
    requirements = (REPOSITORY / "requirements-dev.txt").read_text(encoding="utf-8")
    (versions,) = re.findall(r"^POSTGRESQL = .*$", packages, re.MULTILINE)
    for server, source in (
        ("SeaweedFS", packages),
        ("s3rver", packages),
        ("moto", requirements),
        ("rclone", requirements),
    ):
        (version,) = set(re.findall(rf"{server} (\d[\d.]+\d)", text))
        assert version in source, server
    later = re.findall(r"(1[78]\.\d+)", text)
    assert later
    assert all(f'"{version}.0"' in versions for version in later)


EXAMPLES = [
    pytest.param(name, example, id=f"{page.stem} {name}")
    for page in sorted((REPOSITORY / "docs" / "how-to").glob("*.md"))
    for name, example in re.findall(r"AIRFLOW_CONN_(\w+)='(\{.*?\})'", page.read_text(encoding="utf-8"), re.DOTALL)
]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_a_connection_of_a_how_to_page_is_understood(name: str, example: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"AIRFLOW_CONN_{name}", example)
    extra = json.loads(example).get("extra", {})
    if name.startswith("WAREHOUSE"):
        assert connections.warehouse(name.lower()).parameters.items() <= extra.items()
    else:
        # The files and hosts of an example are not there, so the store itself cannot be resolved.
        assert set(extra) <= {"endpoint_url", "region_name", "verify", "role_arn", "profile_name", "service_config"}
