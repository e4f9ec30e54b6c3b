"""The processor time of a load by phase, and that of its aggregation with single expressions left out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from bench.candidates import PLAIN_SQL, STEPS, aggregate_as_a_load, bare_duckdb, hide_packages
from include.cerebro.formats.parquet import MEASURES
from include.cerebro.landing.batches import pack
from include.cerebro.landing.listing import list_dataset
from include.cerebro.loading import aggregation, minutes, parts
from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.platform.sql import read_sql
from include.cerebro.zones.datasets import BIOMETRICS
from testing.sites import Site

P = ParamSpec("P")
R = TypeVar("R")

AGGREGATE, READINGS = "aggregate", "judged_readings"
# What is left out of a statement: the texts that are replaced, by the name of the row.
LEFT_OUT: dict[str, tuple[str, Mapping[str, str]]] = {
    "the seconds": (
        AGGREGATE,
        {"bit_or(1::bigint << (second_number % 60)) as seconds": "cast(null as bigint) as seconds"},
    ),
    "the counts of invalid measures": (
        AGGREGATE,
        {f"count(delivered_{name}) - count({name}) as {name}_invalid": f"0 as {name}_invalid" for name in MEASURES},
    ),
    "the checks of measures": (
        READINGS,
        {
            f"""__{name}_values___plausible(
            {name},
            getvariable('{name}_middle'), getvariable('{name}_reach'),
            getvariable('{name}_lowest'), getvariable('{name}_highest')
        ) as {name}""": name
            for name in MEASURES
        },
    ),
}


class Phases:
    """Processor seconds of the calling thread by phase; a phase inside of another one does not count for it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = threading.local()

    def timed(self, name: Callable[P, str], function: Callable[P, R]) -> Callable[P, R]:
        """Return the function, which then counts for the phase that ``name`` makes of its arguments."""

        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            outer, self._inner.seconds = getattr(self._inner, "seconds", 0.0), 0.0
            started = time.thread_time()
            try:
                return function(*args, **kwargs)
            finally:
                used = time.thread_time() - started
                phase = name(*args, **kwargs)
                self.seconds[phase] = self.seconds.get(phase, 0.0) + used - self._inner.seconds
                self._inner.seconds = outer + used

        return wrapper


def profiled_load(bucket: str, site: Site) -> dict[str, float]:
    """Load a bucket's biometrics with one thread of DuckDB, whose work then counts for the thread that calls it.

    Returns:
        Processor seconds of this process by phase. Those of threads that no phase sees are in the last one.
    """
    hide_packages()
    phases = Phases()
    settings = site.settings.model_copy(update={"duckdb_threads": 1})
    load_site = replace(replace(site, bucket=bucket).load_site, settings=settings)
    objects = list(list_dataset(site.store.client(), bucket, BIOMETRICS))
    began = time.process_time()
    with ExitStack() as patches:

        def time_phase(where: object, attribute: str, name: Callable[..., str]) -> None:
            patches.enter_context(patch.object(where, attribute, phases.timed(name, getattr(where, attribute))))

        time_phase(aggregation.Aggregation, "_execute", lambda _, step: f"statement `{step}`")
        time_phase(aggregation.Aggregation, "_check_conserved", lambda *_: "footers")
        time_phase(aggregation, "read_layouts", lambda *_: "footers")
        time_phase(aggregation, "largest_row_group", lambda *_: "footers")
        time_phase(minutes, "binary_copy", lambda *_: "COPY, our side")
        time_phase(parts.Parts, "commit", lambda *_: "ledger and checks of versions")
        for batch in pack(objects, settings.batch_bytes, settings.batch_objects):
            BiometricsLoader(load_site).load(batch)
    used = time.process_time() - began
    return phases.seconds | {"export for COPY, sessions and all else": used - sum(phases.seconds.values())}


def aggregate_alone(bucket: str, left_out: str | None, site: Site) -> None:
    """Run the aggregation of a load with one thread of bare DuckDB.

    Args:
        bucket: the landing zone.
        left_out: a key of LEFT_OUT; none means the aggregation as it is.
        site: its store is read.

    Raises:
        ValueError: the statement does not have what is to be left out.
    """
    hide_packages()

    def read_without(name: str) -> str:
        text = read_sql(name)
        statement, changes = LEFT_OUT[left_out] if left_out else ("", {})
        if name.endswith(f"/{statement}.sql"):
            for old, new in changes.items():
                if old not in text:
                    raise ValueError(f"include/sql/{name} has no {old!r}; adapt {__name__}")
                text = text.replace(old, new)
        return text

    with ExitStack() as stack:
        for module in ("bench.candidates", "include.cerebro.formats.readings"):
            stack.enter_context(patch(f"{module}.read_sql", read_without))
        duck = stack.enter_context(bare_duckdb(bucket, site))
        duck.execute("set threads = 1")
        aggregate_as_a_load(duck, STEPS[: STEPS.index(AGGREGATE) + 1])


def plain_alone(bucket: str, site: Site) -> None:
    """Run the plain aggregation, without rules, with one thread of bare DuckDB."""
    hide_packages()
    with bare_duckdb(bucket, site) as duck:
        duck.execute("set threads = 1")
        duck.execute(PLAIN_SQL.read_text(encoding="utf-8"))
