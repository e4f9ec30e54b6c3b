"""The candidates of the benchmark that call statements of the product one by one."""

from pathlib import Path

import duckdb

from bench.candidates import aggregate_as_a_load
from bench.landing import write_readings


def test_the_baseline_aggregates_as_a_load_does(tmp_path: Path) -> None:
    """Regression: the baseline lacked a macro that the aggregation had begun to use, and the section load failed."""
    path = tmp_path / "readings.parquet"
    write_readings(path, 0, 10_000)
    with duckdb.connect() as duck:
        duck.execute("set variable urls = ?", [[str(path)]])
        aggregate_as_a_load(duck)
        assert duck.execute("select sum(reading_count), count(reason) from minutes").fetchone() == (10_000, 0)
