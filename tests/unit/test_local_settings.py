"""The settings of the local stack: read once, named when they are wrong, handed on to the programs whole."""

from pathlib import Path

import pytest

from local.settings import StackSettings
from local.state import StackError


def test_another_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = StackSettings(state_dir=tmp_path / "state", postgres_port=5999, openlineage="http://marquez:5000")
    for name, value in chosen.environment().items():
        monkeypatch.setenv(name, value)
    assert StackSettings.read() == chosen


def test_paths_do_not_depend_on_the_folder_of_the_program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CEREBRO_STATE_DIR", "state")
    monkeypatch.setenv("CEREBRO_OPENLINEAGE", "events")
    settings = StackSettings.read()
    assert settings.state_dir == tmp_path / "state"
    assert settings.openlineage == str(tmp_path / "events")


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CEREBRO_S3_PORT", "")
    assert StackSettings.read().s3_port is None


@pytest.mark.parametrize("value", ["abc", "0", "70000"])
def test_a_wrong_port_is_named(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CEREBRO_S3_PORT", value)
    with pytest.raises(StackError, match=f"CEREBRO_S3_PORT={value}: "):
        StackSettings.read()


def test_every_setting_is_described() -> None:
    assert all(field.description for field in StackSettings.model_fields.values())
