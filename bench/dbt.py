"""dbt on a site's warehouse, as a candidate and for what each model took."""

import json
import time
from pathlib import Path
from typing import Any, NamedTuple

from include.cerebro.checking.conservation import check_conservation
from testing.sites import Site


class Built(NamedTuple):
    """What a build took: dbt from its start to its end, and the nodes with their seconds in the order of their ends."""

    seconds: float
    nodes: list[tuple[str, float]]


def build(site: Site, scratch: Path) -> Built:
    """Build and test all that is not up to date. Raises RuntimeError with dbt's output if anything failed."""
    started = time.perf_counter()
    with site.start_dbt_build(scratch / "dbt") as process:
        output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(output)
    seconds = time.perf_counter() - started
    results: list[dict[str, Any]] = json.loads((scratch / "dbt" / "target" / "run_results.json").read_text())["results"]
    return Built(seconds, [(str(result["unique_id"]), float(result["execution_time"])) for result in results])


def transform(site: Site, scratch: Path) -> Built:
    """What a run does once the data are in raw: build, test, and check that no reading was lost."""
    built = build(site, scratch)
    check_conservation(site.warehouse, "bench")
    return built
