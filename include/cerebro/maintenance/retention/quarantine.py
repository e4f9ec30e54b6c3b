"""Drops the files of the quarantine whose term is over. The counts of rejected rows stay."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError
from botocore.utils import parse_timestamp

from include.cerebro.platform.errors import is_missing
from include.cerebro.platform.object_store import ObjectStore
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.places import Place

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

# Files that leave in one transaction.
BATCH = 500
# Files in one run; the next run goes on.
MOST = 10_000
# Requests at a time. Not every store knows the request that removes many objects.
REQUESTS = 8


def retire_quarantine(
    warehouse: Warehouse, store: ObjectStore, place: Place, until: datetime | None, dag_run_id: str, most: int = MOST
) -> dict[str, int]:
    """Remove files of the quarantine whose loads were all made before a horizon.

    A file goes first and is noted then, so that a killed run leaves none that nothing names. One that was written since
    the horizon stays: a load that has not committed yet may have written it again.

    Args:
        warehouse: the warehouse, whose login owns ``raw``.
        store: the quarantine's store; it needs the right to delete.
        place: the quarantine.
        until: the horizon; None keeps all.
        dag_run_id: the run.
        most: files that leave in this call.

    Returns:
        How many files and rejected rows there were.

    Raises:
        botocore.exceptions.ClientError: the store refuses.
    """
    outcome = {"files": 0, "rows": 0}
    if until is None:
        return outcome
    client, after = store.client(), ""
    with warehouse.connect() as connection, connection.cursor() as cursor, ThreadPoolExecutor(REQUESTS) as pool:
        while outcome["files"] < most:
            parameters = {"horizon": until, "dag_run_id": dag_run_id, "most": min(BATCH, most - outcome["files"])}
            cursor.execute(read_sql("maintenance/retention/quarantine_files.sql"), parameters | {"after": after})
            keys = [key for (key,) in cursor.fetchall()]
            connection.commit()
            if not keys:
                break
            after = keys[-1]
            removed = pool.map(partial(_remove, client, place.bucket, until), keys)
            keys = [key for key, is_gone in zip(keys, removed, strict=True) if is_gone]
            if not keys:
                continue
            cursor.execute(read_sql("maintenance/retention/record_quarantine.sql"), parameters | {"keys": keys})
            (rows,) = cursor.fetchone() or (0,)
            connection.commit()
            outcome["files"] += len(keys)
            outcome["rows"] += rows
    if outcome["files"]:
        log.info("%(files)d files with %(rows)d rejected rows have left the quarantine", outcome)
    return outcome


def _remove(client: S3Client, bucket: str, until: datetime, key: str) -> bool:
    """Remove a file unless it was written since the horizon; return whether it is gone."""
    try:
        # The client leaves times as texts.
        written = str(client.head_object(Bucket=bucket, Key=key)["LastModified"])
        if parse_timestamp(written) >= until:
            log.info("%s was written again, and stays", key)
            return False
    except ClientError as error:
        if not is_missing(error):
            raise
    client.delete_object(Bucket=bucket, Key=key)
    return True
