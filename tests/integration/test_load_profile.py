"""The profile of a load names functions and pieces of statements of the product, which move."""

from functools import partial
from pathlib import Path

from bench.landing import write_readings
from bench.load_profile import LEFT_OUT, aggregate_alone, profiled_load
from bench.measure import measure
from tests.integration.helpers import Site


def test_the_profile_of_a_load_finds_what_it_names(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "readings.parquet"
    write_readings(path, 0, 10_000)
    site.put("biometrics/readings.parquet", path.read_bytes())
    phases = measure(partial(profiled_load, site.bucket, site)).result
    assert {"statement `aggregate`", "COPY, our side", "ledger and checks of versions", "footers"} <= set(phases)
    for left_out in (None, *LEFT_OUT):
        measure(partial(aggregate_alone, site.bucket, left_out, site))
