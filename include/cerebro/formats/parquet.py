"""Reads the columns of Parquet objects: whether they can be used, and what is wrong if they cannot."""

from __future__ import annotations

import logging
import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from include.cerebro.formats.parquet_schema import Column, top_level
from include.cerebro.platform.errors import BadObjectError, is_store_trouble, may_be_content
from include.cerebro.platform.object_store import StoredObject
from include.cerebro.platform.sql import read_sql

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

MEASURES = ("heart_rate", "stress_level", "energy_output")
COLUMNS = ("timestamp", "hero_id", *MEASURES)

# DuckDB's own columns of every Parquet file, our name of its row, and what the quarantine puts beside a reading.
RESERVED = frozenset(
    {"filename", "file_row_number", "file_index", "cerebro_reading", "reason", "source_key", "row_number"}
)
# DuckDB reads decimals of more digits as other numbers (1.5.5).
DECIMAL_DIGITS = 38

_NUMBER = r"U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|DECIMAL.*|\"NULL\""
_TEXT = r"VARCHAR|ENUM.*"
# What a column's type in DuckDB, as a pattern, makes of its values: the beginning of the name of a macro in
# include/sql/formats/values.sql. And the name of all these types in an error message.
KINDS: dict[str, tuple[dict[str, str], str]] = {
    "timestamp": (
        {r"TIMESTAMP.*|DATE": "plain", _TEXT: "text", "JSON": "json", "BLOB": "binary", r"\"NULL\"": "null"},
        "a timestamp or ISO 8601 text",
    ),
    "hero_id": (
        {rf"{_TEXT}|UUID|{_NUMBER}": "plain", "FLOAT|DOUBLE": "float", "JSON": "json", "BLOB": "binary"},
        "text or a number",
    ),
    **dict.fromkeys(
        MEASURES,
        (
            {rf"FLOAT|DOUBLE|{_NUMBER}": "plain", _TEXT: "text", "JSON": "json", "BLOB": "binary"},
            "a number or numeric text",
        ),
    ),
}


class Layout(NamedTuple):
    """What objects must have in common to be read by one query.

    Attributes:
        names: the delivered names of the five columns.
        types: their types in DuckDB.
        kinds: what their values are, each the beginning of the name of a macro in formats/values.sql.
        is_local: whether the timestamps are in the landing zone's time.
        columns: the delivered names of all columns if some of them collide, else nothing.
    """

    names: tuple[str, ...]
    types: tuple[str, ...]
    kinds: tuple[str, ...]
    is_local: bool
    columns: tuple[str, ...]

    @property
    def has_text_instants(self) -> bool:
        """Whether the timestamps are text, plain, as bytes or in JSON."""
        return self.kinds[COLUMNS.index("timestamp")] in {"text", "binary", "json"}


class Layouts(NamedTuple):
    """The columns of some objects.

    Attributes:
        groups: the objects by layout.
        columns: all columns, by object.
        bad: the objects whose columns cannot be used, each with what is wrong.
    """

    groups: dict[Layout, list[StoredObject]]
    columns: dict[StoredObject, tuple[Column, ...]]
    bad: dict[StoredObject, BadObjectError]


def read_layouts(connection: duckdb.DuckDBPyConnection, objects: Sequence[StoredObject], bucket: str) -> Layouts:
    """Read the objects' footers, and nothing else.

    Raises:
        duckdb.Error: one of the objects is not a Parquet file.
    """
    by_url = {url(bucket, stored): stored for stored in objects}
    result = Layouts(defaultdict(list), {}, {})
    for elements, urls in connection.execute(read_sql("formats/layouts.sql"), [list(by_url)]).fetchall():
        members = [by_url[its_url] for its_url in urls]
        columns = tuple(top_level(elements))
        if problem := _problem(columns):
            for stored in members:
                result.bad[stored] = BadObjectError(stored.key, *problem)
                result.bad[stored].columns = tuple(column.name for column in columns)
            continue
        result.groups[_layout(columns)].extend(members)
        result.columns.update(dict.fromkeys(members, columns))
        if unused := extra_columns(columns):
            others = f" and {len(members) - 1} others" if len(members) > 1 else ""
            names = ", ".join(columns[position].name for position in unused)
            log.info("%s%s: the columns %s are not used", members[0].key, others, names)
    return result


def chosen_columns(delivered: Sequence[str]) -> dict[str, int]:
    """Return the position of each of the five columns that is there: spelled exactly, else the first in any case."""
    chosen: dict[str, int] = {}
    for name in COLUMNS:
        spellings = [position for position, its_name in enumerate(delivered) if its_name.lower() == name]
        exact = [position for position in spellings if delivered[position] == name]
        if spellings:
            chosen[name] = (exact or spellings)[0]
    return chosen


# The objects of a part mostly have the same columns, and some have very many.
@lru_cache(maxsize=1)
def extra_columns(columns: tuple[Column, ...]) -> tuple[int, ...]:
    """Return the positions of the columns that are none of the five."""
    chosen = set(chosen_columns([column.name for column in columns]).values())
    return tuple(position for position in range(len(columns)) if position not in chosen)


def column_names(delivered: Sequence[str]) -> list[str]:
    """Return a name for each column: the five have their own, and the others collide with none, in any case."""
    wanted = {position: name for name, position in chosen_columns(delivered).items()}
    taken = {*COLUMNS, *RESERVED}
    names = []
    for position, its_name in enumerate(delivered):
        name = wanted.get(position)
        if name is None:
            name = its_name.replace("\0", "") or "unnamed"
            while name.lower() in taken:
                name = f"delivered_{name}"
            taken.add(name.lower())
        names.append(name)
    return names


def url(bucket: str, stored: StoredObject) -> str:
    """Return the object's URL for DuckDB. A bucket that begins with a slash is a folder of this machine."""
    return f"{bucket}/{stored.key}" if bucket.startswith("/") else f"s3://{bucket}/{stored.key}"


def has_footer(connection: duckdb.DuckDBPyConnection, bucket: str, stored: StoredObject) -> bool:
    """Return whether the object has a readable Parquet footer. True, too, if the store did not deliver it this time."""
    try:
        connection.execute("select count(*) from parquet_schema(?)", [url(bucket, stored)]).fetchall()
    except duckdb.Error as error:
        return is_store_trouble(error) or not may_be_content(error)
    return True


def kind_of(name: str, its_type: str) -> str | None:
    """Return what the values of the column are; None if its type is of no use."""
    kinds, _ = KINDS[name]
    return next((kind for pattern, kind in kinds.items() if re.fullmatch(pattern, its_type)), None)


def _layout(columns: Sequence[Column]) -> Layout:
    """Return the layout of columns that have no problem."""
    delivered = [column.name for column in columns]
    chosen = {name: columns[position] for name, position in chosen_columns(delivered).items()}
    collide = len({name.lower() for name in delivered} - RESERVED) < len(delivered)
    timestamp = chosen["timestamp"]
    return Layout(
        tuple(column.name for column in chosen.values()),
        tuple(column.type for column in chosen.values()),
        tuple(kind_of(name, column.type) or "" for name, column in chosen.items()),
        kind_of("timestamp", timestamp.type) == "plain" and not timestamp.is_utc,
        tuple(delivered) if collide else (),
    )


def _problem(columns: Sequence[Column]) -> tuple[str, str] | None:
    """Return what is wrong with the columns and what to do; None if they can be used."""
    delivered = [column.name for column in columns]
    chosen = chosen_columns(delivered)
    missing = [name for name in COLUMNS if name not in chosen]
    if missing:
        return (
            f"it lacks the column {', '.join(missing)}; it has {', '.join(delivered)}",
            "Rename or add the column and deliver it again under the same key",
        )
    for name, position in chosen.items():
        column = columns[position]
        if column.digits > DECIMAL_DIGITS:
            return (
                f"its column {column.name} is a decimal of {column.digits} digits, it may have {DECIMAL_DIGITS}",
                "Cast the column and deliver it again under the same key",
            )
        if kind_of(name, column.type) is None:
            return (
                f"its column {column.name} has the type {column.type}, it must be {KINDS[name][1]}",
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
