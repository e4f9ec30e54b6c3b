"""A run's progress in the terminal: in a real one a live board by task group, anywhere else a line for every event."""

import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from local.airflow_api import Task

_ENDED = {
    "success": ("done", "green"),
    "failed": ("FAILED", "red"),
    "upstream_failed": ("not run: an earlier task failed", "red"),
    "skipped": ("skipped", "dim"),
    "removed": ("removed", "dim"),
}
_WORKING = ("running", "deferred", "restarting", "up_for_retry", "up_for_reschedule", "queued")
_MARKS = {"done": ("✔", "green"), "failed": ("✘", "red"), "skipped": ("–", "dim"), "waiting": ("·", "dim")}

# What a task returned, if it is a load's result; None otherwise.
Loaded = Callable[[Task], Mapping[str, Any] | None]


class Progress:
    """Shows the tasks of a run: what is done, what is at work and for how long, what was loaded."""

    def __init__(self, console: Console, title: str, loaded: Loaded) -> None:
        self._console = console
        self._title = title
        self._loaded = loaded
        self._started = time.monotonic()
        self._results: dict[tuple[str, int], Mapping[str, Any] | None] = {}
        self._told: set[tuple[str, int, str]] = set()
        self._tasks: Sequence[Task] = ()
        # Drawn anew from the clock, not only when there is news: a second is a second on the board.
        self._live = (
            Live(console=console, refresh_per_second=8, get_renderable=self._board) if console.is_terminal else None
        )
        self._spinner = Spinner("dots", style="cyan")

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
        else:
            self._console.print(f"\n{self._title}", style="bold")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.refresh()
            self._live.stop()

    def show(self, tasks: Sequence[Task]) -> None:
        """Take in the present state of all tasks."""
        for task in tasks:
            key = (task.task_id, task.map_index)
            if task.state == "success" and key not in self._results:
                self._results[key] = self._loaded(task)
        self._tasks = tasks
        if not self._live:
            self._print_news(tasks)

    def _print_news(self, tasks: Sequence[Task]) -> None:
        """A line for every task that has started or ended since."""
        for task in sorted(tasks, key=lambda task: (task.end is None, task.end and task.end.timestamp())):
            key = (task.task_id, task.map_index)
            if task.state in _ENDED and (*key, "ended") not in self._told:
                self._told.add((*key, "ended"))
                words, colour = _ENDED[task.state]
                note = self._note([task])
                line = Text(f"  {task.seconds:6.1f}s  {task.label}: ").append(words, style=colour)
                self._console.print(line.append(f", {note}") if note else line)
            elif task.state == "running" and (*key, "started") not in self._told:
                self._told.add((*key, "started"))
                self._console.print(Text(f"  {'...':>7}  {task.label}: started"))

    def _board(self) -> RenderableType:
        """A row for each group of tasks, with a bar; under a group that is at work, its tasks that are."""
        tasks = self._tasks
        groups: dict[str, list[Task]] = {}
        for task in sorted(tasks, key=lambda task: (task.start is None, task.start and task.start.timestamp())):
            groups.setdefault(task.group, []).append(task)
        board = Table.grid(padding=(0, 1))
        board.add_column(width=1)
        board.add_column(no_wrap=True, overflow="ellipsis")
        board.add_column(justify="right", no_wrap=True)
        board.add_column(no_wrap=True)
        board.add_column(style="dim", overflow="fold")
        for members in groups.values():
            self._add_rows(board, members)
        ended = sum(task.state in _ENDED for task in tasks)
        elapsed = time.monotonic() - self._started
        head = Table.grid(padding=(0, 2))
        bar = ProgressBar(total=max(len(tasks), 1), completed=ended, width=30)
        head.add_row(Text(self._title, style="bold"), bar, Text(f"{ended} of {len(tasks)} tasks, {elapsed:.0f} s"))
        return Group(Text(), head, board)

    def _add_rows(self, board: Table, members: Sequence[Task]) -> None:
        ended = [task for task in members if task.state in _ENDED]
        working = [task for task in members if task.state in _WORKING]
        is_group = len(members) > 1 or "." in members[0].task_id
        bar = ProgressBar(total=len(members), completed=len(ended), width=20) if is_group else Text()
        count = f"{len(ended)} of {len(members)}" if is_group else ""
        label = members[0].group if is_group else members[0].label
        board.add_row(
            self._mark(members, working), label, _span(members), bar, Text(f"{count}  {self._note(members)}".strip())
        )
        for task in working if is_group else ():
            board.add_row("", Text(f"  {task.label}", style="cyan"), f"{task.seconds:.1f} s", "", task.state)
        for task in members if is_group else ():
            if task.state in ("failed", "upstream_failed"):
                words, colour = _ENDED[task.state]
                board.add_row("", Text(f"  {task.label}", style=colour), f"{task.seconds:.1f} s", "", words)

    def _note(self, members: Sequence[Task]) -> str:
        """What these tasks loaded together, in words."""
        results = [result for task in members if (result := self._results.get((task.task_id, task.map_index)))]
        if not results:
            return ""
        objects, rows, rejected = (
            sum(result[name] for result in results) for name in ("objects", "rows_loaded", "rows_rejected")
        )
        broken = sum(len(result["failed"]) for result in results)
        parts = [_count(objects, "object"), _count(rows, "row")]
        parts += [f"{rejected:,} rejected"] if rejected else []
        parts += [f"{_count(broken, 'object')} broken"] if broken else []
        return ", ".join(parts)

    def _mark(self, members: Sequence[Task], working: Sequence[Task]) -> RenderableType:
        states = {task.state for task in members}
        if states & {"failed", "upstream_failed"}:
            kind = "failed"
        elif working or (states & {"success"} and not states <= set(_ENDED)):
            return self._spinner
        elif states <= set(_ENDED):
            kind = "skipped" if states == {"skipped"} else "done"
        else:
            kind = "waiting"
        return Text(*_MARKS[kind])


def _span(members: Sequence[Task]) -> str:
    """From the first start to the last end, or until now."""
    begun = [task for task in members if task.start]
    if not begun:
        return ""
    start = min(task.start.timestamp() for task in begun if task.start)
    end = max((task.end.timestamp() if task.end else time.time()) for task in begun)
    return f"{max(0.0, end - start):.1f} s"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
