"""Loads with and without what finds overlaps: the seconds of each minute that have a reading."""

from __future__ import annotations

from unittest.mock import patch

from bench.candidates import Restored, restore_biometrics
from include.cerebro.checking.overlaps import find_overlaps
from include.cerebro.loading import aggregation
from include.cerebro.platform.sql import read_sql
from testing.sites import Site

SECONDS = "bit_or(1::bigint << (second_number % 60)) as seconds"
NO_SECONDS = "cast(null as bigint) as seconds"


def restore_without_seconds(bucket: str, site: Site) -> Restored:
    """Load as ``restore_biometrics`` does, with an aggregation that does not note the seconds.

    Raises:
        ValueError: the aggregation notes the seconds in other words than this module knows.
    """
    if SECONDS not in read_sql("loading/biometrics/aggregate.sql"):
        raise ValueError(f"include/sql/loading/biometrics/aggregate.sql has no {SECONDS!r}; adapt bench/overlap.py")
    with patch.object(aggregation, "read_sql", lambda name: read_sql(name).replace(SECONDS, NO_SECONDS)):
        return restore_biometrics(bucket, site)


def restore_and_search(bucket: str, site: Site) -> Restored:
    """Load as ``restore_biometrics`` does, then search for overlaps as each run does."""
    restored = restore_biometrics(bucket, site)
    find_overlaps(site.warehouse)
    return restored
