"""Reads the columns of Parquet objects: whether they can be used, and what is wrong if they cannot."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import duckdb

from include.cerebro.platform.errors import BadObjectError, is_store_trouble, may_be_content
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

MEASURES = ("heart_rate", "stress_level", "energy_output")
COLUMNS = ("timestamp", "hero_id", *MEASURES)

_INTEGER = r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)"
# The DuckDB types that a column may have, as a pattern, and their name in an error message.
ACCEPTED_TYPES = {
    "timestamp": (r"TIMESTAMP.*|DATE|VARCHAR", "a timestamp or ISO 8601 text"),
    "hero_id": (rf"VARCHAR|UUID|ENUM.*|{_INTEGER}", "text or an integer"),
    **dict.fromkeys(MEASURES, (rf"VARCHAR|FLOAT|DOUBLE|DECIMAL.*|{_INTEGER}", "a number or numeric text")),
}


class Layout(NamedTuple):
    """The exact names and types of the five columns. One query reads all objects of one layout."""

    names: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def timestamps_are_text(self) -> bool:
        """Whether the timestamp column is ISO text."""
        return self.types[0] == "VARCHAR"


def layouts(
    connection: duckdb.DuckDBPyConnection, objects: Sequence[StoredObject], bucket: str
) -> tuple[dict[Layout, list[StoredObject]], dict[StoredObject, BadObjectError]]:
    """Group objects by the layout of their columns. Reads their footers only.

    Returns:
        The objects by layout, and the objects whose columns cannot be used, each with what is wrong.

    Raises:
        duckdb.Error: one of the objects is not a Parquet file.
    """
    by_url = {url(bucket, stored): stored for stored in objects}
    groups: dict[Layout, list[StoredObject]] = defaultdict(list)
    bad: dict[StoredObject, BadObjectError] = {}
    for elements, urls in connection.execute(read_sql("formats/layouts.sql"), [list(by_url)]).fetchall():
        members = [by_url[its_url] for its_url in urls]
        columns = _top_level(elements)
        if problem := _problem(columns):
            bad |= {stored: BadObjectError(stored.key, *problem) for stored in members}
            continue
        layout = _layout(columns)
        groups[layout] += members
        if unused := [name for name in columns if name not in layout.names]:
            others = f" and {len(members) - 1} others" if len(members) > 1 else ""
            log.info("%s%s: the columns %s are not used", members[0].key, others, ", ".join(unused))
    return groups, bad


def url(bucket: str, stored: StoredObject) -> str:
    """Return the object's URL for DuckDB."""
    return f"s3://{bucket}/{stored.key}"


def has_footer(connection: duckdb.DuckDBPyConnection, bucket: str, stored: StoredObject) -> bool:
    """Return whether the object has a readable Parquet footer. True, too, if the store did not deliver it this time."""
    try:
        connection.execute("select count(*) from parquet_schema(?)", [url(bucket, stored)]).fetchall()
    except duckdb.Error as error:
        return is_store_trouble(error) or not may_be_content(error)
    return True


def _top_level(elements: list[dict[str, Any]]) -> dict[str, str]:
    """Return the top-level columns with their types. The first element is the root."""
    columns: dict[str, str] = {}
    nested = 0
    for element in elements[1:]:
        children = element["num_children"] or 0
        if nested:
            nested += children - 1
        else:
            columns[element["name"]] = element["duckdb_type"] or ("STRUCT" if children else "UNKNOWN")
            nested = children
    return columns


def _layout(columns: dict[str, str]) -> Layout:
    """Return the layout of columns that have no problem."""
    by_lower_name = {name.lower(): name for name in columns}
    names = tuple(by_lower_name[name] for name in COLUMNS)
    return Layout(names, tuple(columns[name] for name in names))


def _problem(columns: dict[str, str]) -> tuple[str, str] | None:
    """Return what is wrong with the columns (types by name) and what to do; None if they can be used."""
    by_lower_name = {name.lower(): name for name in columns}
    missing = [name for name in COLUMNS if name not in by_lower_name]
    if missing:
        return (
            f"it lacks the column {', '.join(missing)}; it has {', '.join(columns)}",
            "Rename or add the column and deliver it again under the same key",
        )
    for name, has in zip(*_layout(columns), strict=True):
        pattern, wanted = ACCEPTED_TYPES[name.lower()]
        if not re.fullmatch(pattern, has):
            return (
                f"its column {name} has the type {has}, it must be {wanted}",
                "Cast the column and deliver it again under the same key",
            )
    return None


def describe_problem(client: S3Client, bucket: str, stored: StoredObject) -> str | None:
    """Return why the object is not a Parquet file, from its first and last bytes; None if it looks like one."""
    if stored.size_bytes == 0:
        return "it is empty (0 bytes)"
    if stored.size_bytes < 12:
        return f"it is not a Parquet file: {stored.size_bytes} bytes are too few"

    def read(first: int, last: int) -> bytes:
        body = client.get_object(Bucket=bucket, Key=stored.key, Range=f"bytes={first}-{last}")["Body"]
        return bytes(body.read())

    if (start := read(0, 3)) not in (b"PAR1", b"PARE"):
        return f"it is not a Parquet file: it begins with {start!r}, not with b'PAR1'"
    if read(stored.size_bytes - 4, stored.size_bytes - 1) not in (b"PAR1", b"PARE"):
        return f"it is cut off: its {stored.size_bytes} bytes end without the Parquet footer"
    return None
