"""What `make setup` passes on and leaves behind, with programs that write down their environment."""

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from testing.environment import HOSTILE

REPOSITORY = Path(__file__).parents[2]
WRITES_ITS_ENVIRONMENT = "#!/bin/sh\nenv > {}\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder in which all is installed, and dbt's manifest is to be made."""
    folder = tmp_path / "100 %s done"
    for name in (
        "Makefile",
        "local/foreign_variables.txt",
        "requirements.lock",
        "requirements-uv.txt",
        "pyproject.toml",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(REPOSITORY / name, folder / name)
    dbt = folder / "include" / "dbt"
    dbt.mkdir(parents=True)
    (dbt / "dbt_project.yml").touch()
    (folder / ".local").mkdir(mode=0o755)
    (dbt / "target").mkdir()
    for program, output in (
        (".local/tools/bin/uv", "/dev/null"),
        (".venv/bin/dbt", "include/dbt/target/manifest.json"),
    ):
        (folder / program).parent.mkdir(parents=True)
        (folder / program).write_text(WRITES_ITS_ENVIRONMENT.format(output))
        (folder / program).chmod(0o755)
    (folder / ".venv/.installed").touch()
    return folder


def environment_of_dbt(checkout: Path, **environment: str) -> dict[str, str]:
    """Run `make setup`; the environment that dbt had, which is what its manifest holds here."""
    done = subprocess.run(
        ["make", "setup"], cwd=checkout, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    lines = (checkout / "include/dbt/target/manifest.json").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)


def test_variables_of_the_users_own_reach_no_program(checkout: Path) -> None:
    # dbt took DBT_PROFILE and wrote to DBT_TARGET_PATH; a PYTHONHOME of the user's stopped every Python.
    hostile = HOSTILE | {"PYTHONPATH": "/nowhere", "PYTHONHOME": "/nowhere", "PIP_REQUIRE_VIRTUALENV": "1"}
    seen = environment_of_dbt(checkout, **hostile)
    # By their values: `make setup` gives dbt a WAREHOUSE_PORT, the local stack's.
    assert dict(seen.items() & hostile.items()).keys() == {"ALL_PROXY", "HTTP_PROXY", "HTTPS_PROXY"}


def test_an_empty_manifest_is_made_again(checkout: Path) -> None:
    # It counted as made, and Airflow had no DAG.
    (checkout / "include/dbt/target/manifest.json").touch()
    assert environment_of_dbt(checkout)


def test_a_manifest_that_dbt_did_not_write_is_an_error(checkout: Path) -> None:
    (checkout / ".venv/bin/dbt").write_text("#!/bin/sh\n")
    done = subprocess.run(["make", "setup"], cwd=checkout, capture_output=True, check=False)
    assert done.returncode != 0
    assert not (checkout / "include/dbt/target/manifest.json").exists()


def test_others_cannot_enter_the_state_folder(checkout: Path) -> None:
    environment_of_dbt(checkout)
    assert stat.S_IMODE((checkout / ".local").stat().st_mode) == 0o700


@pytest.mark.parametrize(("home", "cache"), [("/dev/null", "{}/.local/uv-cache"), ("{}/home", None)])
def test_uv_has_a_cache_if_the_home_cannot_be_written(
    checkout: Path, monkeypatch: pytest.MonkeyPatch, home: str, cache: str | None
) -> None:
    # uv stopped when it could not make ~/.cache/uv.
    for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    expected = cache and cache.format(checkout)
    assert environment_of_dbt(checkout, HOME=home.format(checkout)).get("UV_CACHE_DIR") == expected
