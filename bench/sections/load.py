"""Loads of growing sizes, compared with a baseline and with the usual ways."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench.candidates import Candidate, baseline, plain_duckdb, restore_biometrics
from bench.competitors import pandas_way, polars_way
from bench.context import Bench, objects_for
from bench.measure import MIB, Sample
from bench.report import Section, at_least, at_most

NAME = "load"
TITLE = "Load"

OURS, PLAIN, BASELINE, PANDAS, POLARS = (
    "Cerebro Restore",
    "DuckDB, plain",
    "baseline: DuckDB, same aggregation",
    "pandas, to_sql",
    "Polars, local files",
)

# How many times as long as another way a load may take.
LIMITS = (("the baseline", BASELINE, 1.6), ("*plain*", PLAIN, 1.25), ("Polars", POLARS, 1))

TEXT = """
A load goes from the listing of the bucket to committed rows in `raw` and in the ledger. The baseline is bare DuckDB
with its own defaults. It does the same aggregation (by object and reason, with the rules for readings that cannot be
true) over httpfs into memory, without ledger and PostgreSQL. *Plain* leaves out the rules, too, and aggregates the
readings as they are. The load of {readings} takes {times} times as long as *plain*. pandas reads everything, groups
and calls `to_sql`, once, at the smallest size alone; at the largest one every way runs once, and the baseline not at
all. Polars reads local files, because its S3 client fails on the
embedded object store, and sends its minutes by COPY as CSV. Both leave out the ledger, the rules and the counts.
Production does not have pandas. DuckDB would import it, so it is hidden from DuckDB.
[Where the time of a load goes](#where-the-time-of-a-load-goes) says what is in the way of the targets against *plain*
and Polars.

*Peak* is the memory of the loading process. *Services* is the processor time of PostgreSQL and of the object store
together. *Sent* is the number of bytes that the object store wrote to its clients, per byte stored.
"""


def run(bench: Bench) -> Section:
    """Load each size by each way; the largest size of the large scale once."""
    rows, targets, times = [], [], 0.0
    for number, readings in enumerate(bench.scale.readings):
        zone = bench.landing_zone(readings, objects_for(readings))
        folder = Path(bench.services["CEREBRO_STATE_DIR"]) / "s3" / zone
        stored = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
        candidates: dict[str, Candidate] = {
            OURS: partial(restore_biometrics, zone),
            PLAIN: partial(plain_duckdb, zone),
            BASELINE: partial(baseline, zone),
            POLARS: partial(polars_way, str(folder)),
        }
        # 500 million readings take minutes, and their range says little.
        is_huge = readings > 100_000_000
        if is_huge:
            del candidates[BASELINE]
        samples = bench.compare(candidates, 1 if is_huge else None, bench.site)
        if number == 0:
            # It takes twenty times as long, so its range says little.
            samples |= bench.compare({PANDAS: partial(pandas_way, zone)}, 1, bench.site)
        rows += [_row(readings, stored, name, sample) for name, sample in samples.items()]
        ours = bench.loads[readings] = samples[OURS]
        if number == 0:
            pandas = samples[PANDAS]
            targets += [
                at_least(f"{_millions(readings)}: faster than pandas", pandas.median() / ours.median(), 8, " times"),
                at_most(
                    f"{_millions(readings)}: memory against pandas",
                    ours.median("peak_mib") / pandas.median("peak_mib"),
                    0.333,
                    digits=2,
                ),
            ]
        else:
            if number == 1:
                times = ours.median() / samples[PLAIN].median()
            targets += [
                at_most(
                    f"{_millions(readings)}: wall time against {name}",
                    ours.median() / samples[other].median(), limit, " times", 2,
                )
                for name, other, limit in LIMITS
                if other in samples
            ]  # fmt: skip
    headers = ("readings", "way", "wall s", "CPU s", "services CPU s", "peak MiB", "sent")
    text = TEXT.format(readings=_millions(bench.scale.readings[1]), times=f"{times:.2f}")
    return Section(NAME, TITLE, text, headers, rows, targets)


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
