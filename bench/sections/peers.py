"""The same objects by the tools that users would pick instead."""

from __future__ import annotations

from functools import partial

from bench.candidates import Candidate, plain_duckdb, restore_biometrics
from bench.competitors import adbc_way, attached_way, copy_readings, dlt_way, postgresql_way
from bench.context import Bench, objects_for
from bench.report import Section, at_most

NAME = "peers"
TITLE = "Other tools on the same objects"

OURS, PLAIN, ATTACHED, ADBC, DLT, POSTGRESQL, READINGS = (
    "Cerebro Restore",
    "DuckDB, plain, into memory",
    "DuckDB, plain, then `insert` into the attached PostgreSQL",
    "DuckDB, plain, then ADBC ingest",
    "DuckDB, plain, then dlt",
    "the readings themselves, then aggregated by PostgreSQL",
    "the readings themselves, by DuckDB, unaggregated",
)

TEXT = """
{readings:,} readings in {objects} objects, from the S3 server to PostgreSQL. *Plain* aggregates the readings as they
are. What the others leave out: the rules for ids, timestamps and measures, the ledger (a second run would load all
again, a broken object stops all), the quarantine and the check that no reading is lost. dlt, with its fastest way
into PostgreSQL (Arrow batches, sent as CSV by COPY), keeps the state of a load and the schema's changes; its time
includes that bookkeeping. The last row copies the readings unaggregated, as a comparison with other systems' figures:
{rate:,.0f} rows a second, {ratio:.1f} times the time of our load. *Aggregated by PostgreSQL* is such a copy and one
statement.

PostgreSQL reads no Parquet by itself. Extensions do (pg_duckdb, pg_parquet, parquet_s3_fdw), but none comes with the
PostgreSQL that this stack embeds, and managed services allow few of them, so none runs here. pandas and Polars are in
[Load](#load), on the same objects in the same run of `make bench`. The transformation has its own:
[hand-written SQL](#dbt-against-hand-written-sql), and [dbt without Cosmos](#transform).
"""


def run(bench: Bench) -> Section:
    """Load the smallest size by each way."""
    readings = bench.scale.readings[0]
    objects = objects_for(readings)
    zone = bench.landing_zone(readings, objects)
    candidates: dict[str, Candidate] = {
        OURS: partial(restore_biometrics, zone),
        PLAIN: partial(plain_duckdb, zone),
        ATTACHED: partial(attached_way, zone),
        ADBC: partial(adbc_way, zone),
        DLT: partial(dlt_way, zone),
        POSTGRESQL: partial(postgresql_way, zone),
        READINGS: partial(copy_readings, zone),
    }
    samples = bench.compare(candidates, prepare=bench.site)
    ours, copied = samples[OURS].median(), samples[READINGS].median()
    return Section(
        NAME,
        TITLE,
        TEXT.format(readings=readings, objects=objects, rate=readings / copied, ratio=copied / ours),
        ("way", "wall s", "CPU s", "services CPU s", "peak MiB"),
        [
            (name, s.text(), s.text("cpu_s"), s.text("services_cpu_s"), s.text("peak_mib", 0))
            for name, s in samples.items()
        ],
        [at_most("wall time against dlt", ours / samples[DLT].median(), 1, " times", 2)],
    )
