"""A missing or closed bucket is found before anything is written, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from include.cerebro.platform.buckets import BucketUnusableError, require_buckets
from tests.integration.faults.front import Front
from tests.integration.helpers import Site


@pytest.fixture
def front(site: Site) -> Iterator[Front]:
    with Front(urlsplit(site.store.endpoint_url).port or 80) as started:
        yield started


def test_buckets_that_are_there(site: Site) -> None:
    require_buckets(site.store, {site.bucket: "a Variable"}, {site.quarantine_bucket: "a setting"})


def test_a_missing_bucket(site: Site) -> None:
    """A missing landing zone was a bare NoSuchBucket; a missing quarantine was found at the first rejected row."""
    place = rf"in the store {site.store.endpoint_url} \(Airflow's connection 'minio'\); nothing was written"
    read, written = {site.bucket: "a Variable"}, {site.quarantine_bucket: "a setting"}
    with pytest.raises(BucketUnusableError, match=f"no bucket missing-in {place}. Create it, or name another with a V"):
        require_buckets(site.store, {"missing-in": "a Variable"}, written)
    with pytest.raises(
        BucketUnusableError, match=f"no bucket missing-out {place}. Create it, or name another with a s"
    ):
        require_buckets(site.store, read, {"missing-out": "a setting"})


def test_wrong_keys(site: Site) -> None:
    store = replace(site.store, secret_access_key="wrong")
    with pytest.raises(BucketUnusableError, match=r"cannot be reached: .* answers SignatureDoesNotMatch: .* the keys"):
        require_buckets(store, {site.bucket: "a Variable"}, {})


def test_a_bucket_that_may_only_be_written_to(site: Site, front: Front) -> None:
    """A policy without s3:ListBucket suffices for the quarantine, but not for the landing zone."""
    store = replace(site.store, endpoint_url=front.url)
    front.closed = {site.bucket, site.quarantine_bucket}
    require_buckets(store, {}, {site.quarantine_bucket: "a setting"})
    with pytest.raises(BucketUnusableError, match=r"is closed: .* refuses to list it.*Allow s3:ListBucket"):
        require_buckets(store, {site.bucket: "a Variable"}, {})
