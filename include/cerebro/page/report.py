"""Publishes the page as a file, report.html in the bucket cerebro-reports, which opens without Airflow."""

from __future__ import annotations

import logging
from contextlib import closing

from botocore.exceptions import ClientError

from include.cerebro.page import content, render
from include.cerebro.page.reader import UnreadableWarehouseError
from include.cerebro.platform.errors import FinalError
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.places import Place

log = logging.getLogger(__name__)

LATEST = "report.html"


class ReportNotWrittenError(FinalError):
    """The object store does not take the report; the message says why and what to do."""


def publish(store: ObjectStore, warehouse: Warehouse, place: Place, dag_run_id: str) -> str:
    """Overwrite the report, and today's copy of it (UTC).

    A run that loaded nothing publishes, too: its check and the state of the objects are new.

    Args:
        store: where the bucket is.
        warehouse: the warehouse to read.
        place: the bucket, or the folder of one, to write to.
        dag_run_id: the run that the report names as its author.

    Returns:
        The report's s3:// URI.

    Raises:
        UnreadableWarehouseError: the warehouse does not answer.
        ReportNotWrittenError: the bucket does not exist.
    """
    page = content.read_page(warehouse)
    if page.problem:
        raise UnreadableWarehouseError(page.problem)
    body = render.report_html(page, dag_run_id).encode()
    with closing(store.client()) as client:
        for key in (LATEST, f"daily/report-{page.written_at:%Y-%m-%d}.html"):
            try:
                client.put_object(
                    Bucket=place.bucket, Key=place.key(key), Body=body, ContentType="text/html; charset=utf-8"
                )
            except ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchBucket":
                    raise
                raise ReportNotWrittenError(
                    f"The report was not written: there is no bucket {place.bucket}. Create it, or name another with "
                    "CEREBRO_REPORTS_BUCKET."
                ) from error
    log.info("Wrote %s%s, %.1f MB: %s", place.url, LATEST, len(body) / 1e6, page.headline)
    return f"{place.url}{LATEST}"
