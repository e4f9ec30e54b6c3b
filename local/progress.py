"""A run's progress in the terminal: a line for every task that ended, and live what is running."""

from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.text import Text

from local.airflow_api import Task

_ENDED = {
    "success": ("done", "green"),
    "failed": ("FAILED", "red"),
    "upstream_failed": ("not run: an earlier task failed", "red"),
    "skipped": ("skipped", "dim"),
    "removed": ("removed", "dim"),
}
_RUNNING = ("running", "deferred", "restarting", "up_for_retry", "up_for_reschedule", "queued")


class Progress:
    """Prints a task once when it ends. In a terminal it shows below what is at work, too."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=True) if console.is_terminal else None
        self._printed: set[tuple[str, int]] = set()
        self._started: set[tuple[str, int]] = set()

    def __enter__(self) -> "Progress":
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, tasks: list[Task]) -> None:
        """Take in the present state of all tasks."""
        for task in sorted(tasks, key=lambda task: (task.end is None, task.end and task.end.timestamp())):
            key = (task.task_id, task.map_index)
            if task.state in _ENDED and key not in self._printed:
                self._printed.add(key)
                self._console.print(self._line(task))
            elif self._live is None and task.state == "running" and key not in self._started:
                self._started.add(key)
                self._console.print(Text(f"  {'...':>7}  {task.label}: started"))
        if self._live:
            running = [task for task in tasks if task.state in _RUNNING]
            ended = sum(task.state in _ENDED for task in tasks)
            lines = [Text(f"  {task.seconds:6.1f}s  {task.label}: {task.state}", style="cyan") for task in running]
            lines.append(Text(f"  {ended} of {len(tasks)} tasks ended", style="dim"))
            self._live.update(Text("\n").join(lines))

    def _line(self, task: Task) -> Text:
        words, colour = _ENDED[task.state]
        line = Text(f"  {task.seconds:6.1f}s  {task.label}: ")
        return line.append(words, style=colour)
