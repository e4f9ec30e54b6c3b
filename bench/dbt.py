"""dbt on a site's warehouse, between the check before it and the record after it, as in a run."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from include.cerebro.checking.conservation import check_conservation
from include.cerebro.schema.setup import prepare_warehouse
from include.cerebro.transforming import state
from include.cerebro.transforming.plan import Plan
from testing.sites import Site

# The schemas that dbt builds.
BUILT = ("staging", "marts", "analytics", "operations", "snapshots")


class Built(NamedTuple):
    """The duration of a build.

    Attributes:
        seconds: from dbt's start to its end.
        nodes: dbt's unique id and seconds of each node, in the order of their ends.
        work_seconds: from the start of the first node to the end of the last one: without dbt's own start, in which it
            reads the project and lists the warehouse's tables.
    """

    seconds: float
    nodes: list[tuple[str, float]]
    work_seconds: float


def build(site: Site, scratch: Path, planned: Plan | None = None) -> Built:
    """Build and test the models that are not up to date.

    Args:
        site: its warehouse is built.
        scratch: folder for dbt's parsed project, results and logs; dbt starts faster if it is kept.
        planned: what to do; none means what is due now.

    Raises:
        RuntimeError: a model or a test failed. The message is dbt's output.
    """
    planned = planned or site.plan()
    started = time.perf_counter()
    site.dbt_build(scratch / "dbt", planned)
    seconds = time.perf_counter() - started
    results = json.loads((scratch / "dbt" / "target" / "run_results.json").read_text())["results"]
    return Built(
        seconds,
        [(str(result["unique_id"]), float(result["execution_time"])) for result in results],
        work_seconds(results),
    )


def work_seconds(results: list[dict[str, list[dict[str, str]]]]) -> float:
    """Return the seconds from the first start of a node to the last end of one."""
    phases = [phase for result in results for phase in result["timing"]]
    starts = [datetime.fromisoformat(phase["started_at"]) for phase in phases]
    ends = [datetime.fromisoformat(phase["completed_at"]) for phase in phases]
    return (max(ends) - min(starts)).total_seconds()


def rebuild(site: Site, scratch: Path) -> Built:
    """Build and test all models from nothing beside the present tables: `dbt build --full-refresh`."""
    return build(site, scratch, replace(site.plan(), full_refresh=True))


def transform(site: Site, scratch: Path) -> Built:
    """Do a run's work after its loads: check what is new, build, test, check conservation, record the end."""
    planned = site.plan()
    built = build(site, scratch, planned)
    check_conservation(site.warehouse, "bench")
    record(site, planned)
    return built


def record(site: Site, planned: Plan) -> None:
    """Record that all models were built as planned, as the run's task does after dbt's end."""
    state.record_transformation(site.warehouse, planned.state)


def empty(site: Site, *schemas: str) -> None:
    """Drop these schemas of the warehouse and the state of the models, and prepare it again."""
    with site.superuser() as cursor:
        cursor.execute(f"drop schema if exists {', '.join((*schemas, 'meta'))} cascade")
    prepare_warehouse(site.warehouse)


def vacuum(site: Site) -> None:
    """Do at once what autovacuum does within minutes, so that it does not work beside a measurement."""
    with site.superuser() as cursor:
        cursor.execute("vacuum (analyze)")
