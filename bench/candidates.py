"""What is measured: functions that a process of its own can run."""

from __future__ import annotations

from include.cerebro import settings
from include.cerebro.biometrics import BiometricsLoader
from include.cerebro.landing_zone import discover
from local.throwaway import Site


def restore_biometrics(bucket: str, site: Site) -> int:
    """List, load and commit all biometrics of the bucket that are new, batch by batch; return the readings loaded."""
    settings.QUARANTINE_BUCKET = site.quarantine_bucket
    found = discover(site.store, bucket, site.warehouse)
    loaded = 0
    for batch in found.biometrics:
        loaded += BiometricsLoader(site.store, bucket, site.warehouse, "bench").load(batch).rows_loaded
    return loaded
