"""Prints the end of `make run`: the answers, the rows of each table, the time of each part."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

import psycopg2
from psycopg2 import sql
from rich.console import Console
from rich.table import Table

from local.airflow_api import Task
from local.settings import REPOSITORY

ANSWERS = {
    "The Hulk Factor: who puts out the most energy, on average, on high-risk missions?": "hulk_factor.sql",
    "Reliability: who was on the most successful missions, and how stressed were they?": "reliability.sql",
}
LAYERS = ["raw", "staging", "marts", "analytics"]


def print_answers(warehouse_uri: str, console: Console) -> None:
    """Print the answers to both questions, read word for word from their files, and the rows of each table."""
    with closing(psycopg2.connect(warehouse_uri)) as connection, connection.cursor() as cursor:
        for question, file in ANSWERS.items():
            cursor.execute((REPOSITORY / "include" / "sql" / "checking" / "answers" / file).read_text())
            columns = [column.name for column in cursor.description or ()]
            console.print(_table(question, columns, cursor.fetchall()))
        cursor.execute((Path(__file__).parent / "tables.sql").read_text(), {"layers": LAYERS})
        rows: list[tuple[object, ...]] = []
        for name in cursor.fetchall():
            cursor.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(*name)))
            rows += [(*name, *count) for count in cursor]
        console.print(_table("Rows", ["layer", "table", "rows"], rows))


def print_times(parts: Iterable[tuple[str, float]], console: Console) -> None:
    """Print the seconds of each part."""
    console.print(_table("Time", ["part", "took"], [(name, f"{seconds:.1f} s") for name, seconds in parts]))


def group_times(tasks: Iterable[Task]) -> list[tuple[str, float]]:
    """Return the seconds of each task group, from its first start to its last end, in the order of the starts."""
    spans: dict[str, tuple[float, float]] = {}
    for task in tasks:
        if task.start and task.end:
            start, end = task.start.timestamp(), task.end.timestamp()
            first, last = spans.get(task.group, (start, end))
            spans[task.group] = (min(first, start), max(last, end))
    return [(f"  {group}", end - start) for group, (start, end) in sorted(spans.items(), key=lambda item: item[1])]


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(*columns, title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for row in rows:
        table.add_row(*map(_cell, row))
    return table


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}" if isinstance(value, float) else str(value)
