"""The settings: read from the environment, refused by name, and the same in every place that lists them."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from docs.settings_reference import PAGE, descriptions, page
from include.cerebro.platform.settings import SettingInvalidError, Settings, read_settings, variable

REPOSITORY = Path(__file__).parents[2]
VARIABLES = {variable(name) for name in Settings.model_fields}
SET_BY_THE_IMAGE = VARIABLES & set(
    re.findall(r"\b(CEREBRO_\w+)=", (REPOSITORY / "Dockerfile").read_text(encoding="utf-8"))
)


@pytest.fixture(autouse=True)
def unread() -> None:
    read_settings.cache_clear()


def test_a_setting_comes_from_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEREBRO_BATCH_BYTES", "1000")
    monkeypatch.setenv("CEREBRO_STALE_AFTER_HOURS", "missions=0.5, heroes=3")
    settings = read_settings()
    assert settings.batch_bytes == 1000
    assert settings.stale_after_hours == {"missions": 0.5, "heroes": 3}


def test_an_empty_variable_leaves_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEREBRO_PART_BYTES", "")
    assert read_settings().part_bytes == 64 * 1024**2


def test_settings_are_read_once_and_never_change(monkeypatch: pytest.MonkeyPatch) -> None:
    first = read_settings()
    monkeypatch.setenv("CEREBRO_PART_OBJECTS", "7")
    assert read_settings() is first
    with pytest.raises(ValidationError, match="frozen"):
        first.part_objects = 7  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CEREBRO_BATCH_BYTES", "512 MiB"),
        ("CEREBRO_DUCKDB_THREADS", "0"),
        ("CEREBRO_LATE_AFTER_MINUTES", "-1"),
        ("CEREBRO_STALE_AFTER_HOURS", "missions"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingInvalidError, match=name):
        read_settings()


def test_the_reference_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it: make reference"


def test_every_setting_has_a_description() -> None:
    assert descriptions(Settings).keys() == Settings.model_fields.keys()


def test_the_example_environment_lists_every_setting() -> None:
    listed = set(
        re.findall(r"^#(CEREBRO_\w+)=", (REPOSITORY / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    )
    assert listed >= VARIABLES - SET_BY_THE_IMAGE


@pytest.mark.parametrize("service", ["scheduler", "dag-processor", "triggerer", "api-server"])
def test_compose_passes_every_setting_on(service: str) -> None:
    services = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8"))["services"]
    environment = services[service]["environment"]
    assert set(environment) >= VARIABLES - SET_BY_THE_IMAGE
    # Without a value of its own, so that an unset variable leaves the default.
    assert {environment[name] for name in VARIABLES - SET_BY_THE_IMAGE} == {None}
