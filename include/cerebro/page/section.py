"""The parts that the page is made of, before they become HTML. Texts are plain: the templates escape them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Column:
    """A table's column. ``kind``: text, number (to the right), instant, key (the name of a thing) or verdict."""

    label: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """A table. ``is_open``: shown at once rather than on demand, because no chart says the same."""

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    is_open: bool = False


@dataclass(frozen=True)
class Section:
    """One answer. ``title`` says it in words; ``empty`` and ``problem`` say what to do where there is none."""

    name: str
    heading: str
    title: str
    lead: str = ""
    figure: dict[str, Any] | None = None
    table: Table | None = None
    note: str = ""
    empty: str = ""
    problem: str = ""
    is_well: bool | None = None
    remedies: Sequence[tuple[str, str]] = ()
    # What the form of the biometrics needs.
    form: dict[str, Any] = field(default_factory=dict)
