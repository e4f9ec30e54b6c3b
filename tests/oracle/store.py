"""The expected content of the warehouse of a running stack, from its landing zone."""

from __future__ import annotations

from collections.abc import Mapping

from include.cerebro.landing.listing import list_objects
from testing.sites import object_store
from tests.oracle.calculate import Expected, calculate


def calculate_from_store(environment: Mapping[str, str], bucket: str = "cerebro-data") -> Expected:
    """Read every object of the landing zone, with the keys of .local/env, and calculate."""
    client = object_store(environment).client()
    keys = [stored.key for stored in list_objects(client, bucket, "")]
    return calculate({key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys})
