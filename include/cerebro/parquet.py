"""What a Parquet object holds: its columns, whether they can be used, and what is wrong if they cannot."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb

from include.cerebro.errors import BadObjectError, is_store_trouble, may_be_content
from include.cerebro.object_store import StoredObject

log = logging.getLogger(__name__)

MEASURES = ("heart_rate", "stress_level", "energy_output")
COLUMNS = ("timestamp", "hero_id", *MEASURES)

_INTEGER = r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)"
# DuckDB's types that a column may have, as a pattern, and how they are called in an error.
ACCEPTED_TYPES = {
    "timestamp": (r"TIMESTAMP.*|DATE|VARCHAR", "a timestamp or ISO 8601 text"),
    "hero_id": (rf"VARCHAR|UUID|ENUM.*|{_INTEGER}", "text or an integer"),
    **dict.fromkeys(MEASURES, (rf"VARCHAR|FLOAT|DOUBLE|DECIMAL.*|{_INTEGER}", "a number or numeric text")),
}


class Layout(NamedTuple):
    """The exact names and types of the five columns: objects of one layout can be read by one query."""

    names: tuple[str, ...]
    types: tuple[str, ...]

    @property
    def timestamps_are_text(self) -> bool:
        """Whether the timestamp column is ISO text."""
        return self.types[0] == "VARCHAR"


def layouts(
    connection: duckdb.DuckDBPyConnection, objects: Sequence[StoredObject], bucket: str
) -> tuple[dict[Layout, list[StoredObject]], dict[StoredObject, BadObjectError]]:
    """Group the objects by the layout of their columns, from their footers alone.

    The second answer holds the objects whose columns cannot be used, each with what is wrong. Raises DuckDB's errors if
    one of the objects is no Parquet file.
    """
    by_url = {url(bucket, stored): stored for stored in objects}
    elements: dict[str, list[tuple[str, int | None, str | None]]] = defaultdict(list)
    for name_of_file, *element in connection.execute(
        "select file_name, name, num_children, duckdb_type from parquet_schema(?)", [list(by_url)]
    ).fetchall():
        elements[name_of_file].append((element[0], element[1], element[2]))
    groups: dict[Layout, list[StoredObject]] = defaultdict(list)
    bad: dict[StoredObject, BadObjectError] = {}
    for its_url, stored in by_url.items():
        try:
            groups[_layout(stored, _top_level(elements[its_url]))].append(stored)
        except BadObjectError as error:
            bad[stored] = error
    return groups, bad


def url(bucket: str, stored: StoredObject) -> str:
    """Return what DuckDB calls the object."""
    return f"s3://{bucket}/{stored.key}"


def has_footer(connection: duckdb.DuckDBPyConnection, bucket: str, stored: StoredObject) -> bool:
    """Whether the object, alone, has a Parquet footer. True, too, if the store did not give it out this time."""
    try:
        connection.execute("select count(*) from parquet_schema(?)", [url(bucket, stored)]).fetchall()
    except duckdb.Error as error:
        return is_store_trouble(error) or not may_be_content(error)
    return True


def _top_level(elements: list[tuple[str, int | None, str | None]]) -> dict[str, str]:
    """Name and type of the columns; what is nested in them is passed over. The first element is the root."""
    columns: dict[str, str] = {}
    nested = 0
    for name, num_children, duckdb_type in elements[1:]:
        if nested:
            nested += (num_children or 0) - 1
        else:
            columns[name] = duckdb_type or ("STRUCT" if num_children else "UNKNOWN")
            nested = num_children or 0
    return columns


def _layout(stored: StoredObject, columns: dict[str, str]) -> Layout:
    by_lower_name = {name.lower(): name for name in columns}
    missing = [name for name in COLUMNS if name not in by_lower_name]
    if missing:
        raise BadObjectError(
            stored.key,
            f"it lacks the column {', '.join(missing)}; it has {', '.join(columns)}",
            "Rename or add the column and deliver it again under the same key",
        )
    names = tuple(by_lower_name[name] for name in COLUMNS)
    for column, name in zip(COLUMNS, names, strict=True):
        pattern, wanted = ACCEPTED_TYPES[column]
        if not re.fullmatch(pattern, columns[name]):
            raise BadObjectError(
                stored.key,
                f"its column {name} has the type {columns[name]}, it must be {wanted}",
                "Cast the column and deliver it again under the same key",
            )
    extra = [name for name in columns if name not in names]
    if extra:
        log.info("%s: the columns %s are not used", stored.key, ", ".join(extra))
    return Layout(names, tuple(columns[name] for name in names))


def describe_problem(client: Any, bucket: str, stored: StoredObject) -> str | None:
    """Say why the object is no Parquet file, from its first and last bytes; None if it looks like one."""
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
