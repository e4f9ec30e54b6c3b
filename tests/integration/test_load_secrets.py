"""No key and no password in a log, an error or the ledger."""

from __future__ import annotations

import io
import logging
import os
from dataclasses import replace

import psycopg2
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from include.cerebro.loading.biometrics import BiometricsLoader
from include.cerebro.platform.buckets import BucketUnusableError
from tests.integration.helpers import Site
from tests.integration.samples import one_reading


def test_no_secret_in_logs_errors_or_ledger(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    wrong_store = replace(site.store, secret_access_key="S3-hidden-secret")
    wrong_warehouse = replace(site.warehouse, password="PG-hidden-password")
    dead_store = replace(wrong_store, endpoint_url="http://127.0.0.1:9")
    secrets = [site.store.secret_access_key, site.warehouse.password, "S3-hidden-secret", "PG-hidden-password"]
    site.put_all(
        {
            "biometrics.parquet": one_reading(),
            "biometrics/bad.parquet": b"PAR1 and no more PAR1",
            "heroes/bad.csv": b"x",
        }
    )
    (batch,) = site.discover().biometrics
    shown = io.StringIO()
    with caplog.at_level(logging.DEBUG, logger="include"):
        for changed, error in (
            ({"store": wrong_store}, (ClientError, BucketUnusableError)),
            ({"store": dead_store}, BotoCoreError),
            ({"warehouse": wrong_warehouse}, psycopg2.OperationalError),
        ):
            with pytest.raises(error) as failure:
                site.load(**changed)
            shown.write(f"{failure.value} {failure.value!r} {failure.getrepr(style='native')}")
            there = replace(site, **changed)
            loader = BiometricsLoader(there.load_site)
            with pytest.raises(error) as failure:
                loader.load(batch)
            shown.write(f"{failure.value} {failure.value!r}")
        assert len(site.load().failed) == 2
    shown.write(f"{site.store!r} {site.warehouse!r} {wrong_store} {wrong_warehouse} {site.errors()}")
    everything = shown.getvalue() + caplog.text
    assert "biometrics/bad.parquet" in everything
    for secret in secrets:
        assert secret not in everything


def test_no_secret_in_what_a_process_prints(site: Site) -> None:
    site.put("biometrics/bad.parquet", os.urandom(100))
    process = site.start_load(AWS_SECRET_ACCESS_KEY="S3-hidden-secret")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "S3-hidden-secret" not in output
    process = site.start_load(WAREHOUSE_PASSWORD="PG-hidden-password")
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "PG-hidden-password" not in output
