"""What `make run` prints at the end: the answers, the rows of each layer, the time each part took."""

from collections.abc import Iterable, Sequence
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
LAYERS = ("raw", "staging", "marts", "analytics")


def print_answers(warehouse_uri: str, console: Console) -> None:
    """Put both questions to the warehouse, word for word as the files have them."""
    connection = psycopg2.connect(warehouse_uri)
    try:
        with connection, connection.cursor() as cursor:
            for question, file in ANSWERS.items():
                cursor.execute((REPOSITORY / "include" / "sql" / "checking" / "answers" / file).read_text())
                columns = [column.name for column in cursor.description or ()]
                console.print(_table(question, columns, cursor.fetchall()))
            console.print(_table("Rows", ["layer", "table", "rows"], _counts(cursor)))
    finally:
        connection.close()


def _counts(cursor: "psycopg2.extensions.cursor") -> list[tuple[str, str, int]]:
    cursor.execute((Path(__file__).parent / "tables.sql").read_text(), {"layers": list(LAYERS)})
    tables = cursor.fetchall()
    counts = []
    for layer, table in tables:
        cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(layer, table)))
        row = cursor.fetchone()
        counts.append((layer, table, row[0] if row else 0))
    return counts


def print_times(parts: Sequence[tuple[str, float]], total: float, console: Console) -> None:
    """Seconds by part."""
    rows = [(name, f"{seconds:.1f} s") for name, seconds in [*parts, ("total", total)]]
    console.print(_table("Time", ["part", "took"], rows))


def group_times(tasks: Iterable[Task]) -> list[tuple[str, float]]:
    """From the first start to the last end of the tasks of each group, in the order of their starts."""
    spans: dict[str, tuple[float, float]] = {}
    for task in tasks:
        if task.start and task.end:
            start, end = task.start.timestamp(), task.end.timestamp()
            first, last = spans.get(task.group, (start, end))
            spans[task.group] = (min(first, start), max(last, end))
    ordered = sorted(spans.items(), key=lambda item: item[1])
    return [(f"  {group}", last - first) for group, (first, last) in ordered]


def _table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", show_edge=False, pad_edge=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    previous = None
    for row in rows:
        cells = [
            f"{cell:,}" if isinstance(cell, int) else f"{cell:.3f}" if isinstance(cell, float) else str(cell)
            for cell in row
        ]
        # A layer is named once.
        if columns[0] == "layer" and cells[0] == previous:
            cells[0] = ""
        else:
            previous = cells[0]
        table.add_row(*cells)
    return table
