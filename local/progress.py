"""A run's progress: a line for every task that starts or ends, and in a real terminal what runs now."""

import math

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from local.airflow_api import AirflowApi, Run, Task

_ENDED = {
    "success": ("done", "green"),
    "failed": ("FAILED", "red"),
    "upstream_failed": ("not run: an earlier task failed", "red"),
    "skipped": ("skipped", "dim"),
    "removed": ("removed", "dim"),
}

# The tasks of this group return what they loaded.
LOAD_GROUP = "load"


def show_progress(console: Console, api: AirflowApi, run: Run, timeout: float) -> tuple[str, list[Task]]:
    """Show what is done, what runs and what was loaded until the run ends; return its state and its tasks."""
    printed: set[tuple[str, int, str]] = set()
    console.print(f"\n{run.dag_id}", style="bold")
    with console.status("") as status:
        # The run first: tasks that are read after its end are complete.
        for now in api.follow(run, timeout):
            state, tasks = now.state, api.tasks(now)
            for task in sorted(tasks, key=lambda task: task.end.timestamp() if task.end else math.inf):
                event = (task.task_id, task.map_index, task.state)
                if event not in printed and task.state in _ENDED:
                    words, colour = _ENDED[task.state]
                    line = Text(f"  {task.seconds:6.1f}s  {task.label}: ").append(words, style=colour)
                    console.print(line.append(_loads(api, run, task)))
                elif event not in printed and task.state == "running" and not console.is_terminal:
                    console.print(Text(f"  {'...':>7}  {task.label}: started"))
                printed.add(event)
            running = ", ".join(f"{task.label} {task.seconds:.0f} s" for task in tasks if task.state == "running")
            ended = sum(task.state in _ENDED for task in tasks)
            status.update(f"{ended} of {len(tasks)} tasks. {escape(running)}")
    return state, tasks


def _loads(api: AirflowApi, run: Run, task: Task) -> str:
    """Return what the task loaded, in words; empty if it is no load."""
    result = api.result(run, task) if (task.group, task.state) == (LOAD_GROUP, "success") else None
    if not isinstance(result, dict) or "rows_loaded" not in result:
        return ""
    parts = [_count(result["objects"], "object"), _count(result["rows_loaded"], "row")]
    parts += [f"{result['rows_rejected']:,} rejected"] if result["rows_rejected"] else []
    parts += [f"{_count(len(result['failed']), 'object')} broken"] if result["failed"] else []
    return ", ".join(["", *parts])


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
