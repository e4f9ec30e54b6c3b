"""dbt on a site's warehouse: a candidate, and the seconds of each model."""

import json
import time
from pathlib import Path
from typing import NamedTuple

from include.cerebro.checking.conservation import check_conservation
from testing.sites import Site


class Built(NamedTuple):
    """The duration of a build.

    Attributes:
        seconds: from dbt's start to its end.
        nodes: dbt's unique id and seconds of each node, in the order of their ends.
    """

    seconds: float
    nodes: list[tuple[str, float]]


def build(site: Site, scratch: Path) -> Built:
    """Build and test the models that are not up to date.

    Args:
        site: its warehouse is built.
        scratch: folder for dbt's parsed project, results and logs; dbt starts faster if it is kept.

    Raises:
        RuntimeError: a model or a test failed. The message is dbt's output.
    """
    started = time.perf_counter()
    with site.start_dbt_build(scratch / "dbt") as process:
        output, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(output)
    seconds = time.perf_counter() - started
    results = json.loads((scratch / "dbt" / "target" / "run_results.json").read_text())["results"]
    return Built(seconds, [(str(result["unique_id"]), float(result["execution_time"])) for result in results])


def transform(site: Site, scratch: Path) -> Built:
    """Build, test and check conservation: a run's work after its loads."""
    built = build(site, scratch)
    check_conservation(site.warehouse, "bench")
    return built
