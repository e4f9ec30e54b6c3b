"""Writes the dump of this version's warehouse that the tests upgrade: tests/integration/releases/<version>.sql.

Run: ``python -m tests.integration.releases.dump``. It loads both ``deliveries``, with a run after each.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import tomllib
from pathlib import Path

from local.postgres import binary
from testing.services import running, settings_apart
from tests.integration.helpers import REPOSITORY, make_site
from tests.integration.releases import FOLDER, deliver


def main() -> None:
    """Load, transform and dump."""
    version = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    with tempfile.TemporaryDirectory() as folder, running(settings_apart(Path(folder) / "stack")) as services:
        os.environ.update(services)
        site = make_site(services)
        for step in (1, 2):
            deliver(site, step)
            site.restore()
        command = [str(binary("pg_dump")), "--inserts", "--rows-per-insert=100", site.warehouse_uri]
        dump = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # psql alone knows these two commands.
    (FOLDER / f"{version}.sql").write_text(re.sub(r"^\\(un)?restrict .*\n", "", dump, flags=re.MULTILINE), "utf-8")


if __name__ == "__main__":
    main()
