"""From the landing zone to committed rows: against the floor, and against the usual ways."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.candidates import floor, plain_duckdb, restore_biometrics
from bench.competitors import pandas_way, polars_way
from bench.context import Bench, objects_for
from bench.measure import MIB, Sample
from bench.report import Bar, Section, at_least, at_most

NAME = "load"
TITLE = "Load"

OURS, PLAIN, FLOOR, PANDAS, POLARS = (
    "Cerebro Restore",
    "DuckDB, plain",
    "floor: DuckDB, same aggregation",
    "pandas, to_sql",
    "Polars, local files",
)

TEXT = """
From the listing of the bucket to committed rows in `raw`, ledger included. The floor is bare DuckDB with its own
defaults, the same aggregation (by object and reason, with the rules for readings that cannot be true) over httpfs into
memory, and nothing else: no ledger, no PostgreSQL. *Plain* leaves out the rules, too: the aggregates of whatever comes;
{plain} pandas reads everything, groups and calls `to_sql`; at the larger sizes it is left out. Polars reads local
files, because its S3 client fails on the embedded object store, and sends its minutes by COPY as CSV. Both leave out
the ledger, the rules and the counts. DuckDB would import pandas for its own ends if it were there; it is hidden from
it, because production does not have it.

Peak is that of the loading process. *Services* is the processor time of PostgreSQL and of the object store together.
*Sent* is what the object store wrote to its clients, per byte stored.
"""


def run(bench: Bench) -> Section:
    """Load each size; the largest of the large scale once by each way."""
    rows, bars, plain = [], list[Bar](), ""
    for number, readings in enumerate(bench.scale.readings):
        zone = bench.landing_zone(readings, objects_for(readings))
        folder = Path(bench.services["CEREBRO_STATE_DIR"]) / "s3" / zone
        stored = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
        candidates: dict[str, Callable[..., Any]] = {
            OURS: partial(restore_biometrics, zone),
            PLAIN: partial(plain_duckdb, zone),
            FLOOR: partial(floor, zone),
            POLARS: partial(polars_way, str(folder)),
        }
        if number == 0:
            candidates[PANDAS] = partial(pandas_way, zone)
        samples = bench.compare(candidates, 1 if readings > 100_000_000 else None, bench.site)
        rows += [_row(readings, stored, name, sample) for name, sample in samples.items()]
        ours = bench.loads[readings] = samples[OURS]
        if number == 0:
            pandas = samples[PANDAS]
            bars += [
                at_least(f"{_millions(readings)}: faster than pandas", pandas.median() / ours.median(), 8, " times"),
                at_most(
                    f"{_millions(readings)}: memory against pandas",
                    ours.median("peak_mib") / pandas.median("peak_mib"),
                    0.333,
                    digits=2,
                ),
            ]
        elif number == 1:
            times = ours.median() / samples[PLAIN].median()
            plain = f"the load of {_millions(readings)} takes {times:.2f} times as long as that."
            bars.append(
                at_most(
                    f"{_millions(readings)}: wall time against the floor",
                    ours.median() / samples[FLOOR].median(),
                    1.6,
                    " times",
                    2,
                )
            )
    headers = ("readings", "way", "wall s", "CPU s", "services CPU s", "peak MiB", "sent")
    return Section(NAME, TITLE, TEXT.format(plain=plain), headers, rows, bars)


def _millions(readings: int) -> str:
    return f"{readings / 1e6:g} million readings"


def _row(readings: int, stored: int, name: str, sample: Sample) -> tuple[str, ...]:
    return (
        f"{readings / 1e6:g} M ({stored / MIB:,.0f} MiB)",
        name,
        sample.text(),
        sample.text("cpu_s"),
        sample.text("services_cpu_s"),
        sample.text("peak_mib", 0),
        f"{sample.median('sent_bytes') / stored:.2f}",
    )
