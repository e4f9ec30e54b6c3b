"""Describes the columns of a Parquet object by the elements of its schema, those of nested columns by all in them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

# Kinds of nested columns whose elements are repeated.
_REPEATED_KINDS = ("LIST", "MAP")


class Column(NamedTuple):
    """A top-level column.

    Attributes:
        name: its delivered name.
        type: DuckDB's type of it; that of a nested one names all that is in it.
        digits: those of a decimal, in a nested column of the longest one.
        is_utc: whether it is a timestamp in UTC.
    """

    name: str
    type: str
    digits: int
    is_utc: bool


def top_level(elements: list[dict[str, Any]]) -> list[Column]:
    """Return the top-level columns. The first element is the root."""
    following = iter(elements[1:])
    columns: list[Column] = []
    for element in following:
        its_type, digits = _described(element, following)
        # INT96 and timestamps of Parquet's first format are in UTC by definition.
        is_utc = "WITH TIME ZONE" in its_type or (its_type == "TIMESTAMP" and element["logical_type"] is None)
        columns.append(Column(element["name"], its_type, digits, is_utc))
    return columns


def _described(element: dict[str, Any], following: Iterator[dict[str, Any]], inside: str = "") -> tuple[str, int]:
    """Return an element's type with those of all that is nested in it, and the digits of the longest decimal there.

    Args:
        element: the element.
        following: the elements behind it. Those that are nested in it are taken.
        inside: the kind of the element that it is nested in.
    """
    its_type, digits = element["duckdb_type"] or "UNKNOWN", element["digits"] or 0
    # The values of a list, and the pairs of a map, are in a repeated element that means nothing by itself.
    is_of_list = element["is_repeated"] and inside in _REPEATED_KINDS
    if children := element["num_children"]:
        kind = element["converted_type"] or "STRUCT"
        nested = [(child["name"], *_described(child, following, kind)) for child in islice(following, children)]
        fields = (own if kind in _REPEATED_KINDS else f"{name} {own}" for name, own, _ in nested)
        its_type = ", ".join(fields) if is_of_list else f"{kind}({', '.join(fields)})"
        digits = max(own for *_, own in nested)
    return f"LIST({its_type})" if element["is_repeated"] and not is_of_list else its_type, digits
