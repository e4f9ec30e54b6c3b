"""Writes the objects of landing zones again without a hero who is forgotten, where the deployment allows it.

Only what was counted before the approval, and only if the store writes under a condition (``If-Match``): an object that
was delivered again meanwhile stays as it was delivered.
"""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import ClientError

from include.cerebro.landing.listing import list_objects
from include.cerebro.ledger.erasures import Erasures
from include.cerebro.maintenance.erasure.erase import spellings_of
from include.cerebro.maintenance.erasure.errors import CannotRewriteError
from include.cerebro.maintenance.erasure.rewriting import rewrite
from include.cerebro.platform.names import LOADER_ROLE
from include.cerebro.platform.object_store import ObjectStore, download
from include.cerebro.platform.settings import Settings
from include.cerebro.platform.sql import read_sql
from include.cerebro.platform.warehouse import Warehouse
from include.cerebro.zones.landing_zones import LandingZone

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

# One request writes no more.
MOST_BYTES = 5 * 1024**3
# What nobody takes for a delivery: names that begin with _ are left alone.
PROBE = "_cerebro-conditional-write"
# What an object may say of itself beside its bytes.
DESCRIPTIONS = ("ContentType", "ContentEncoding", "ContentDisposition", "ContentLanguage", "CacheControl", "Metadata")

StoreOf = Callable[[LandingZone], ObjectStore]


class Holder(NamedTuple):
    """An object that holds the hero."""

    dataset: str
    key: str
    etag: str
    size_bytes: int

    def digest(self, zone: str) -> str:
        """Return what stands for this version of the object in an approval: its key may name the hero."""
        return hashlib.sha256(f"{zone}\0{self.key}\0{self.etag}".encode()).hexdigest()[:16]


def digests(warehouse: Warehouse, zones: Sequence[LandingZone], store_of: StoreOf, hero_id: str) -> list[str]:
    """Return what stands for the objects that hold the hero now, and name them in the log.

    Args:
        warehouse: the warehouse, before the erasure.
        zones: the landing zones.
        store_of: the store of a landing zone.
        hero_id: the hero's id, in any spelling.
    """
    found = []
    for zone in zones:
        with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
            parameters = {"spellings": spellings_of(cursor, hero_id), "landing_zone": zone.name}
            cursor.execute(read_sql("maintenance/erasure/holders.sql"), parameters)
            rows = cursor.fetchall()
        for holder in _present(store_of(zone).client(), rows, zone):
            log.info("%s of the landing zone %s would be written again", holder.key, zone.name)
            found.append(holder.digest(zone.name))
    return found


def rewrite_objects(
    warehouse: Warehouse,
    zones: Sequence[LandingZone],
    store_of: StoreOf,
    settings: Settings,
    erasure_id: int,
    approved: Iterable[str],
) -> dict[str, int]:
    """Write the approved objects again; note each in ``meta.erasure_rewrites``, with what kept it from being written.

    A retry goes on with those that still are what they were.

    Args:
        warehouse: the warehouse, after the commit of the erasure.
        zones: the landing zones.
        store_of: the store of a landing zone, with the right to write.
        settings: limit DuckDB's memory.
        erasure_id: the erasure.
        approved: what ``digests`` returned.

    Returns:
        How many objects were written again, and how many were left.
    """
    erasures, wanted = Erasures.find(warehouse), set(approved)
    for zone in zones:
        with warehouse.connect() as connection, connection.cursor() as cursor:
            parameters = {"erasure_id": erasure_id, "landing_zone": zone.name}
            cursor.execute(read_sql("maintenance/erasure/erased_holders.sql"), parameters)
            rows = cursor.fetchall()
            connection.commit()
            client = store_of(zone).client()
            refusal: str | None = None
            for number, holder in enumerate(_present(client, rows, zone)):
                if number == 0:
                    refusal = _refusal(client, zone)
                new_etag, removed, problem = None, 0, refusal
                if holder.digest(zone.name) not in wanted:
                    problem = "it came after the approval"
                if problem is None:
                    try:
                        new_etag, removed = _rewrite(client, zone, settings, holder, erasures)
                    except CannotRewriteError as error:
                        problem = str(error)
                noted = {"object_key": holder.key, "etag": holder.etag, "new_etag": new_etag, "rows": removed}
                statement = read_sql("maintenance/erasure/record_rewrite.sql")
                cursor.execute(statement, parameters | noted | {"problem": problem})
                connection.commit()
                log.info("%s: %s", holder.key, problem or f"written again without {removed} rows")
    with warehouse.connect(LOADER_ROLE) as connection, connection.cursor() as cursor:
        cursor.execute(read_sql("maintenance/erasure/rewrites.sql"), {"erasure_id": erasure_id})
        written, left = cursor.fetchone() or (0, 0)
    return {"landing_objects_rewritten": written, "landing_objects_left": left}


def _present(client: S3Client, rows: Sequence[tuple[str, str, str]], zone: LandingZone) -> list[Holder]:
    """Return those of some versions of objects, as dataset, key and ETag, that the landing zone has now."""
    versions = {(key, etag): dataset for dataset, key, etag in rows}
    if not versions:
        return []
    listed = list_objects(client, zone.bucket, zone.prefix)
    return [
        Holder(versions[it.key, it.etag], it.key, it.etag, it.size_bytes)
        for it in listed
        if (it.key, it.etag) in versions
    ]


def _refusal(client: S3Client, zone: LandingZone) -> str | None:
    """Return why the store must not be written to; None if it keeps conditions. It is asked about a name of our own."""
    key = f"{zone.prefix}{PROBE}"
    try:
        client.put_object(Bucket=zone.bucket, Key=key, Body=b"")
        client.put_object(Bucket=zone.bucket, Key=key, Body=b"", IfMatch='"0123456789abcdef0123456789abcdef"')
    except ClientError as error:
        code, status = error.response["Error"].get("Code"), error.response["ResponseMetadata"].get("HTTPStatusCode")
        return None if status == 412 else f"the store refuses to write ({code})"
    finally:
        with suppress(ClientError):
            client.delete_object(Bucket=zone.bucket, Key=key)
    return "the store ignores conditions of a write (If-Match), so that a delivery might be lost"


def _rewrite(
    client: S3Client, zone: LandingZone, settings: Settings, holder: Holder, erasures: Erasures
) -> tuple[str, int]:
    if holder.size_bytes > MOST_BYTES:
        raise CannotRewriteError("it has more than 5 GiB")
    with tempfile.TemporaryDirectory(prefix="cerebro-erasure-") as folder:
        source, target = Path(folder) / "source", Path(folder) / "target"
        described = client.head_object(Bucket=zone.bucket, Key=holder.key)
        with source.open("wb") as copy:
            etag = download(client, zone.bucket, holder.key, copy)
        if etag != holder.etag:
            raise CannotRewriteError("it was delivered again meanwhile")
        removed = rewrite(holder.dataset, source, target, erasures.among, zone.rules, settings)
        if target.stat().st_size > MOST_BYTES:
            raise CannotRewriteError("it would have more than 5 GiB")
        kept = {name: described[name] for name in DESCRIPTIONS if described.get(name)}  # type: ignore[literal-required]
        try:
            with target.open("rb") as body:
                answer = client.put_object(
                    Bucket=zone.bucket, Key=holder.key, Body=body, IfMatch=f'"{holder.etag}"', **kept
                )
        except ClientError as error:
            if error.response["ResponseMetadata"].get("HTTPStatusCode") in (404, 409, 412):
                raise CannotRewriteError("it was delivered again or deleted meanwhile") from error
            raise
    return answer["ETag"].strip('"'), removed
