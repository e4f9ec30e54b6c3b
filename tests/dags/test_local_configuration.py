"""Airflow's configuration in the local stack."""

import subprocess
import sys
from pathlib import Path

from local.components import airflow_environment, base_environment
from testing.services import settings_apart


def test_every_folder_is_known_if_the_path_has_a_percent_sign(tmp_path: Path) -> None:
    # Airflow leaves "{AIRFLOW_HOME}" in its defaults then: logs were in a folder of that name, below /.
    settings = settings_apart(tmp_path / "100 %s")
    settings.state.create()
    settings.state.choose_ports(settings.model_dump())
    program = "from airflow.configuration import conf; print(conf.as_dict(display_sensitive=True))"
    environment = base_environment(settings) | airflow_environment(settings)
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert str(settings.state_dir) in done.stdout
    assert "{AIRFLOW_HOME}" not in done.stdout
