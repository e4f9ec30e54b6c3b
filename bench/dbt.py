"""dbt on a site's warehouse, as a candidate and for what each model took."""

import json
from pathlib import Path
from typing import Any

from include.cerebro.checks import check_conservation
from local.throwaway import Site


def build(site: Site, scratch: Path) -> list[tuple[str, float]]:
    """Build and test all that is not up to date; the nodes and their seconds, in the order of their ends.

    Raises RuntimeError with dbt's output if anything failed.
    """
    with site.start_dbt_build(scratch / "dbt") as process:
        output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(output)
    results: list[dict[str, Any]] = json.loads((scratch / "dbt" / "target" / "run_results.json").read_text())["results"]
    return [(str(result["unique_id"]), float(result["execution_time"])) for result in results]


def transform(site: Site, scratch: Path) -> list[tuple[str, float]]:
    """What a run does once the data are in raw: build, test, and check that no reading was lost."""
    seconds = build(site, scratch)
    check_conservation(site.warehouse, "bench")
    return seconds
