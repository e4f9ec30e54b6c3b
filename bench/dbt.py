"""dbt on a site's warehouse, as a candidate and for what each model took."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from include.cerebro import settings
from include.cerebro.checks import check_conservation
from local.throwaway import Site

DBT = Path(sys.executable).with_name("dbt")


def build(site: Site, scratch: Path) -> list[tuple[str, float]]:
    """Build and test all that is not up to date; the nodes and their seconds, in the order of their ends.

    Raises RuntimeError with dbt's output if anything failed.
    """
    done = subprocess.run(
        [str(DBT), "build", "--exclude-resource-type", "unit_test",
         "--project-dir", str(settings.DBT_ROOT), "--profiles-dir", str(settings.DBT_ROOT)],
        env=os.environ | site.environment() | {
            "DBT_TARGET_PATH": str(scratch / "dbt"),
            "DBT_LOG_PATH": str(scratch / "dbt"),
            "DO_NOT_TRACK": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stdout)
    results: list[dict[str, Any]] = json.loads((scratch / "dbt" / "run_results.json").read_text())["results"]
    return [(str(result["unique_id"]), float(result["execution_time"])) for result in results]


def transform(site: Site, scratch: Path) -> list[tuple[str, float]]:
    """What a run does once the data are in raw: build, test, and check that no reading was lost."""
    seconds = build(site, scratch)
    check_conservation(site.warehouse, "bench")
    return seconds
