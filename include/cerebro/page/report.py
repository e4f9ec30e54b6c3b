"""The page as a file, to be mailed or opened without Airflow: report.html in the bucket cerebro-reports."""

from __future__ import annotations

import logging
from contextlib import closing

from botocore.exceptions import ClientError

from include.cerebro.page import content, render
from include.cerebro.page.reader import CannotShowError
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.warehouse import Warehouse

log = logging.getLogger(__name__)

LATEST = "report.html"


class ReportNotWrittenError(Exception):
    """The store does not take the report; the message says why, and what to do."""


def publish(store: ObjectStore, warehouse: Warehouse, bucket: str, dag_run_id: str) -> str:
    """Write the report of now, and today's copy of it (UTC), each in the place of the one before; return the s3:// URI.

    Every run writes it, also one that loaded nothing: its check and the objects' state are news. Raises
    CannotShowError if the warehouse does not answer, and ReportNotWrittenError if the bucket is not there.
    """
    page = content.read_page(warehouse)
    if page.problem:
        raise CannotShowError(page.problem)
    body = render.report_html(page, dag_run_id).encode()
    with closing(store.client()) as client:
        for key in (LATEST, f"daily/report-{page.written_at:%Y-%m-%d}.html"):
            try:
                client.put_object(Bucket=bucket, Key=key, Body=body, ContentType="text/html; charset=utf-8")
            except ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchBucket":
                    raise
                raise ReportNotWrittenError(
                    f"There is no bucket {bucket}. Create it, or name another with CEREBRO_REPORTS_BUCKET."
                ) from error
    log.info("Wrote s3://%s/%s, %.1f MB: %s", bucket, LATEST, len(body) / 1e6, page.headline)
    return f"s3://{bucket}/{LATEST}"
