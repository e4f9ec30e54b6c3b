"""The parts of the page before they become HTML. Texts are plain: the templates escape them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from include.cerebro.page.actions import Action, Link
from include.cerebro.page.figures import Figure
from include.cerebro.page.formatting import NOTHING, instant, number
from include.cerebro.page.reader import Row
from include.cerebro.platform.names import DEFAULT_LANDING_ZONE

# How a column looks: number and instant do not wrap, key is a technical name, verdict is red unless it says yes.
Kind = Literal["text", "number", "instant", "key", "verdict"]


@dataclass(frozen=True)
class Column:
    """A column of a table: its label, and the function that writes the cell of a row."""

    label: str
    cell: Callable[[Row], str]
    kind: Kind = "text"

    @classmethod
    def text(cls, label: str, name: str, kind: Kind = "text") -> Column:
        """Show the row's text of that name."""
        return cls(label, lambda row: row[name] or NOTHING, kind)

    @classmethod
    def key(cls, label: str, name: str) -> Column:
        """Show the row's technical name of that name."""
        return cls.text(label, name, "key")

    @classmethod
    def number(cls, label: str, name: str, digits: int = 0) -> Column:
        """Show the row's number of that name."""
        return cls(label, lambda row: number(row[name], digits), "number")

    @classmethod
    def instant(cls, label: str, name: str) -> Column:
        """Show the row's instant of that name."""
        return cls(label, lambda row: instant(row[name]), "instant")


def zone_column(rows: Sequence[Row]) -> list[Column]:
    """Return the column of the landing zone; none where all rows are of the default one."""
    others = {row["landing_zone"] for row in rows} - {DEFAULT_LANDING_ZONE}
    return [Column.key("Landing zone", "landing_zone")] if others else []


@dataclass(frozen=True)
class Table:
    """A table.

    ``is_open``: it is shown at once and not on demand, because no chart shows the same. ``actions``: what can be done
    about each row; not in a file.
    """

    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    is_open: bool = False
    actions: Sequence[Sequence[Action | Link]] = ()

    @classmethod
    def of(
        cls,
        rows: Sequence[Row],
        caption: str,
        columns: Sequence[Column],
        is_open: bool = False,
        actions: Callable[[Row], Sequence[Action | Link]] | None = None,
    ) -> Table:
        """Make a table of the rows of a query."""
        cells = [[column.cell(row) for column in columns] for row in rows]
        return cls(caption, columns, cells, is_open, [actions(row) for row in rows] if actions else ())


@dataclass(frozen=True)
class Form:
    """The form of the section Biometrics.

    ``heroes``: id and name of each. ``presets``: name, first and last day of each. Days are ISO dates, in UTC.
    """

    heroes: Sequence[tuple[str, str]]
    hero_id: str
    first_day: str
    last_day: str
    min: str
    max: str
    presets: Sequence[tuple[str, str, str]]


@dataclass(frozen=True)
class Section:
    """One answer. ``title`` is the answer; ``empty`` and ``problem`` say what to do where there is none.

    ``links``: label and address, relative to the page, of pages of Airflow where somebody can act. ``actions``: what
    can be started from here.

    A module of ``sections`` has one without an answer, which it fills in for the rows that it reads.
    """

    name: str
    heading: str
    lead: str = ""
    title: str = ""
    figure: Figure | None = None
    table: Table | None = None
    note: str = ""
    empty: str = ""
    problem: str = ""
    is_healthy: bool | None = None
    remedies: Sequence[tuple[str, str]] = ()
    form: Form | None = None
    links: Sequence[tuple[str, str]] = ()
    actions: Sequence[Action] = ()

    def unreadable(self, problem: str) -> Section:
        """Return the section as it is shown when its rows cannot be read."""
        return replace(self, title=self.heading, lead="", problem=problem)
